using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>
/// Keeps the likeliest beginnings of each row of a batch. A beginning that ends leaves a hypothesis; a row stops when
/// none of its beginnings can any more reach the hypotheses it has.
/// </summary>
/// <remarks>Length penalty: Wu et al. 2016, Google's neural machine translation system, section 7, equation
/// 14.</remarks>
public sealed class BeamSearch
{
    private readonly BeamSearchOptions _options;
    private readonly long _vocabulary;

    /// <summary>A search over one vocabulary.</summary>
    /// <exception cref="ArgumentException">The options do not fit.</exception>
    public BeamSearch(BeamSearchOptions options, long vocabulary)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(vocabulary);
        _options = options;
        _vocabulary = vocabulary;
    }

    /// <summary>Searches.</summary>
    /// <param name="batch">Rows B, at least 1.</param>
    /// <param name="next">
    /// Takes the last token of each of the B · beams sequences, those of a row side by side, and which sequence of the
    /// last call each one continues (null at first); gives the logits (B · beams, vocabulary) of what comes next.
    /// </param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>For each row its hypotheses, best first, at most as many as beams.</returns>
    public IReadOnlyList<IReadOnlyList<Hypothesis>> Run(
        long batch, Func<long[], long[]?, Tensor> next, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(next);
        BeamRow[] rows = [.. Enumerable.Range(0, checked((int)batch)).Select(_ => new BeamRow(_options))];
        long[]? parents = null;
        for (var length = 1; length <= _options.MaxLength && rows.Any(static r => !r.IsDone); length++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            long[] tokens = [.. rows.SelectMany(static r => r.Beams).Select(static b => b.Last)];
            var (scores, choices) = Best(next(tokens, parents), rows);
            var count = choices.Length / rows.Length;
            for (var i = 0; i < rows.Length; i++)
            {
                var part = (i * count)..((i + 1) * count);
                rows[i].Advance(scores[part], choices[part], _vocabulary);
            }

            parents = [.. rows.SelectMany((r, i) => r.Beams.Select(b => ((long)i * _options.Beams) + b.Parent))];
        }

        return [.. rows.Select(static r => r.Finish())];
    }

    // Of each row the best continuations, twice as many as beams: at most one of each beam's ends it.
    private (double[] Scores, long[] Choices) Best(Tensor logits, BeamRow[] rows)
    {
        if (logits.dim() != 2 || logits.shape[0] != rows.Length * _options.Beams || logits.shape[1] != _vocabulary)
        {
            throw new ArgumentException(
                $"beam search: expected logits ({rows.Length * _options.Beams},{_vocabulary}), got "
                    + $"({string.Join(",", logits.shape)}).");
        }

        var before = tensor(
            rows.SelectMany(static r => r.Beams).Select(static b => b.LogProbability).ToArray(), device: logits.device);
        // (B·beams, V)
        var all = nn.functional.log_softmax(logits.to(ScalarType.Float64), -1) + before.unsqueeze(1);
        var (scores, choices) = all.view(rows.Length, -1)
            // (B, 2·beams)
            .topk((int)Math.Min(2L * _options.Beams, _options.Beams * _vocabulary), 1);
        return (scores.cpu().data<double>().ToArray(), choices.cpu().data<long>().ToArray());
    }
}
