namespace MaaS.Training.Models.Transformers;

/// <summary>The beginnings and the hypotheses of one row of a batch.</summary>
internal sealed class BeamRow
{
    private readonly BeamSearchOptions _options;
    private readonly List<Hypothesis> _done = [];

    public BeamRow(BeamSearchOptions options)
    {
        _options = options;
        // All beams start alike, so only the first may grow at first.
        Beams = [.. Enumerable.Range(0, options.Beams)
            .Select(i => new Beam([], options.StartId, i == 0 ? 0 : double.NegativeInfinity, i))];
    }

    /// <summary>What is followed: always as many as the options say.</summary>
    public IReadOnlyList<Beam> Beams { get; private set; }

    /// <summary>Whether no beginning can reach what is found.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Goes one token on.</summary>
    /// <param name="scores">Log-probabilities of the best continuations, best first.</param>
    /// <param name="choices">Beam · vocabulary + token of each.</param>
    /// <param name="vocabulary">Number of tokens.</param>
    public void Advance(ReadOnlySpan<double> scores, ReadOnlySpan<long> choices, long vocabulary)
    {
        if (IsDone)
        {
            return;
        }

        List<Beam> live = [];
        for (var i = 0; i < choices.Length && live.Count < _options.Beams && !double.IsNegativeInfinity(scores[i]); i++)
        {
            var (parent, token) = ((int)(choices[i] / vocabulary), choices[i] % vocabulary);
            IReadOnlyList<long> tokens = [.. Beams[parent].Tokens, token];
            if (token == _options.EndId)
            {
                Keep(tokens, scores[i]);
            }
            else
            {
                live.Add(new Beam(tokens, token, scores[i], parent));
            }
        }

        // One beam is greedy: it ends with its first end token.
        IsDone = live.Count == 0
            || (_done.Count == _options.Beams && (_options.Beams == 1 || Reachable(live[0]) <= _done[^1].Score));
        while (live.Count < _options.Beams)
        {
            live.Add(new Beam([], _options.StartId, double.NegativeInfinity, 0));
        }

        Beams = live;
    }

    /// <summary>The hypotheses, best first; beginnings that ran out of length count as such.</summary>
    public IReadOnlyList<Hypothesis> Finish()
    {
        if (!IsDone)
        {
            foreach (var beam in Beams.Where(static b => !double.IsNegativeInfinity(b.LogProbability)))
            {
                Keep(beam.Tokens, beam.LogProbability);
            }
        }

        return _done;
    }

    private void Keep(IReadOnlyList<long> tokens, double logProbability)
    {
        _done.Add(new Hypothesis(tokens, logProbability, logProbability / Penalty(tokens.Count)));
        _done.Sort(static (a, b) => b.Score.CompareTo(a.Score));
        if (_done.Count > _options.Beams)
        {
            _done.RemoveAt(_done.Count - 1);
        }
    }

    // Longer sequences are less probable and divided by more: the longest with the same probability bounds all of them.
    private double Reachable(Beam beam) => beam.LogProbability / Penalty(_options.MaxLength);

    private double Penalty(int length) => Math.Pow((5 + length) / 6.0, _options.LengthPenalty);

    /// <summary>A beginning.</summary>
    /// <param name="Tokens">What comes after the start token.</param>
    /// <param name="Last">The last token, at first the start token.</param>
    /// <param name="LogProbability">Minus infinity for a place that is not used.</param>
    /// <param name="Parent">Which beam of the last step it continues.</param>
    internal sealed record Beam(IReadOnlyList<long> Tokens, long Last, double LogProbability, int Parent);
}
