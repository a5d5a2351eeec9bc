using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Evaluation;

/// <summary>How well a language model foretells a text.</summary>
public static class Perplexity
{
    /// <summary>exp of the mean cross entropy of the next token: how many equally likely tokens would be as hard to
    /// foretell.</summary>
    /// <param name="model">Takes token ids (B, T), int64, and gives logits (B, T, vocabulary); evaluated in evaluation
    /// mode, which it is left in.</param>
    /// <param name="tokens">At least two; the first is only given.</param>
    /// <param name="context">Longest sequence to show the model, at least 2. Windows overlap by half, so that all but
    /// the first are measured with at least half of it before them.</param>
    /// <param name="batch">Windows at once, at least 1.</param>
    /// <exception cref="ArgumentException">There are fewer than two tokens.</exception>
    public static double Of(nn.Module<Tensor, Tensor> model, ReadOnlySpan<int> tokens, int context, int batch = 16)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (tokens.Length < 2)
        {
            throw new ArgumentException(
                $"perplexity: expected at least two tokens, got {tokens.Length}.", nameof(tokens));
        }

        TorchRuntime.Ensure();
        model.eval();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // (N)
        var ids = tensor(
            Array.ConvertAll(tokens.ToArray(), static t => (long)t), device: model.parameters().First().device);
        var sum = 0.0;
        foreach (var windows in Windows(tokens.Length, context).GroupBy(static w => (w.Length, w.Known))
            .SelectMany(g => g.Chunk(batch)))
        {
            using var step = NewDisposeScope();
            var (length, known) = (windows[0].Length, windows[0].Known);
            // (B, T + 1)
            var rows = stack([.. windows.Select(w => ids.narrow(0, w.Start, length + 1))], 0);
            // (B, T, V)
            var logits = model.call(rows.narrow(1, 0, length));
            sum += nn.functional.cross_entropy(
                logits.narrow(1, known, length - known).reshape(-1, logits.shape[^1]).to(ScalarType.Float32),
                rows.narrow(1, known + 1, length - known).reshape(-1), reduction: nn.Reduction.Sum).item<float>();
        }

        return Math.Exp(sum / (tokens.Length - 1));
    }

    /// <summary>Windows that measure every token but the first once: of each, the targets of its first <c>Known</c>
    /// inputs belong to the one before.</summary>
    private static IEnumerable<(int Start, int Length, int Known)> Windows(int tokens, int context)
    {
        var measured = 0;   // Targets so far; target i is token i + 1.
        while (measured < tokens - 1)
        {
            var start = measured == 0 ? 0 : measured - (context / 2);
            var length = Math.Min(context, tokens - 1 - start);
            yield return (start, length, measured - start);
            measured = start + length;
        }
    }
}
