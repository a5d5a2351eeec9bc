using MaaS.Training.Models.Transformers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Tabular.Networks;

/// <summary>A Transformer whose tokens are the features: a number times a vector plus a bias, or the vector of a
/// category plus a bias; the answer is read from a token of its own.</summary>
/// <remarks>Gorishniy et al. 2021, section 3.3. Two things are otherwise: the activation is GELU, not ReGLU, and the
/// first layer has a norm before its attention.</remarks>
public sealed class FtTransformer : Module<Tensor, Tensor>
{
    private readonly CategoryEmbedding? embedding;
    private readonly Training.Models.Transformers.TransformerEncoder encoder;
    private readonly Linear head;
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly Parameter answer;
    private readonly Tensor places;
    private readonly bool _hasNumbers;

    /// <summary>Fresh weights, from torch's default generator.</summary>
    /// <param name="layout">What the features are.</param>
    /// <param name="outputs">Logits, or 1 for a number.</param>
    /// <param name="options">Sizes of the Transformer; positions are not used.</param>
    public FtTransformer(ColumnLayout layout, long outputs, TransformerOptions options)
        : base(nameof(FtTransformer))
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(options);
        var width = options.Width;
        Parameter Uniform(long rows)
        {
            var limit = 1 / Math.Sqrt(width);
            return new Parameter((rand(rows, width) * 2 - 1) * limit);
        }

        _hasNumbers = layout.Numbers.Count > 0;
        weight = Uniform(Math.Max(1, layout.Numbers.Count));
        bias = Uniform(layout.Count);
        answer = Uniform(1);
        places = tensor(layout.Numbers.Select(static f => (long)f).ToArray());
        register_buffer(nameof(places), places);
        embedding = layout.Categories.Count > 0 ? new CategoryEmbedding(layout, width) : null;
        encoder = new Training.Models.Transformers.TransformerEncoder(options);
        head = Linear(width, outputs);
        RegisterComponents();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, F), float32; categories as their places.</param>
    /// <returns>(B, outputs).</returns>
    public override Tensor forward(Tensor input)
    {
        List<Tensor> tokens = [];
        if (_hasNumbers)
        {
            tokens.Add(input.index_select(1, places).unsqueeze(2) * weight);     // (B, numbers, D)
        }

        if (embedding is not null)
        {
            tokens.Add(embedding.call(input));                                  // (B, categories, D)
        }

        var features = (tokens.Count == 1 ? tokens[0] : cat(tokens, 1)) + bias; // (B, F, D)
        var first = answer.unsqueeze(0).expand(input.shape[0], 1, -1);          // (B, 1, D)
        var encoded = encoder.call(cat([first, features], 1), null, null);      // (B, F + 1, D)
        return head.call(functional.relu(encoded.select(1, 0)));
    }
}
