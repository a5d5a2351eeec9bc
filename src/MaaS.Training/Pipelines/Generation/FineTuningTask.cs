using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>The next token of texts that are padded on the right. Its settings are part of what a resumed run must
/// have the same.</summary>
internal sealed class FineTuningTask() : LanguageModelTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(
    static (model, batch) => new Prediction(model.call(batch.Inputs), batch.Targets))
{
    // Weights that are copied at a time: a table of vectors can be larger than an array.
    private const long Block = 1 << 24;

    /// <summary>SHA-256 of the weights that training starts from, hexadecimal; null where nobody compares.</summary>
    public string? Start { get; init; }

    /// <summary>The small matrices that are trained; null for all weights.</summary>
    public string? Lora { get; init; }

    /// <summary>What tells a model's weights apart from others, hexadecimal.</summary>
    public static string Hash(nn.Module model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, tensor) in model.state_dict().OrderBy(static e => e.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var values = tensor.detach().to(ScalarType.Float32).cpu().flatten();
            for (var at = 0L; at < values.numel(); at += Block)
            {
                using var block = values.narrow(0, at, Math.Min(Block, values.numel() - at));
                hash.AppendData(MemoryMarshal.AsBytes<float>(block.data<float>().ToArray()));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
