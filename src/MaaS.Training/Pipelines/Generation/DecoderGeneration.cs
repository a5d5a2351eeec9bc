using MaaS.Core.Generation;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>Text from a <see cref="CausalLanguageModel"/> in this process.</summary>
public static class DecoderGeneration
{
    /// <summary>Begins a text; the caller disposes the session.</summary>
    /// <param name="model">In evaluation mode: dropout would change the text.</param>
    /// <exception cref="InvalidOperationException">The model is in training mode.</exception>
    public static IDecoderSession Start(this CausalLanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.training
            ? throw new InvalidOperationException(
                $"{model.GetType().Name}: expected a model in evaluation mode, got one in training mode; call eval().")
            : new DecoderSession(model);
    }

    /// <summary>Continues tokens, each computed when it is asked for.</summary>
    /// <inheritdoc cref="TokenGenerator.Generate"/>
    /// <param name="model">In evaluation mode.</param>
    public static IEnumerable<GeneratedToken> Generate(
        this CausalLanguageModel model, IReadOnlyList<long> prompt, GenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        using var session = model.Start();
        foreach (var token in TokenGenerator.Generate(session, prompt, options, cancellationToken))
        {
            yield return token;
        }
    }
}
