using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Serving.Tests.Generation;

/// <summary>A small GPT with random weights, large enough ones that its texts are not one token again and
/// again.</summary>
internal static class RandomGpt
{
    /// <param name="vocabulary">Number of tokens.</param>
    /// <param name="length">Longest sequence.</param>
    /// <param name="seed">Of the weights.</param>
    public static Gpt Create(int vocabulary, int length, int seed)
    {
        random.manual_seed(seed);
        var model = new Gpt(new()
        {
            Vocabulary = vocabulary,
            Decoder =
                new() { Width = 16, Heads = 2, Layers = 2, MaxLength = length, Activation = ActivationKind.GeluTanh },
        });
        using var noGrad = no_grad();
        foreach (var parameter in model.parameters().Where(static p => p.dim() > 1))
        {
            parameter.mul_(15);
        }

        model.eval();
        return model;
    }
}
