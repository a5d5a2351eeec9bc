using System.Numerics.Tensors;
using MaaS.Core.Metrics;

namespace MaaS.Training.Reports;

/// <summary>What a classifier said of samples that it had not seen, and what they are.</summary>
public sealed class ClassifiedSamples
{
    private readonly float[] _probabilities;
    private readonly int[] _targets;
    private readonly Func<int, SampleView>? _view;

    /// <summary>Keeps the answers; nothing is copied.</summary>
    /// <param name="name">Who gave them.</param>
    /// <param name="classes">Class names by index.</param>
    /// <param name="probabilities">(N, classes), row-major.</param>
    /// <param name="targets">(N), class indices.</param>
    /// <param name="positive">The class whose detection counts; null where all count the same.</param>
    /// <param name="view">Shows a sample by its position; null where there is nothing to show.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, a probability is NaN, or the positive class is
    /// unknown.</exception>
    public ClassifiedSamples(
        string name, IReadOnlyList<string> classes, float[] probabilities, int[] targets, string? positive = null,
        Func<int, SampleView>? view = null)
    {
        Evaluation = TextEvaluation.From(name, probabilities, targets, classes, positive);
        Calibration = Calibration.From(probabilities, targets);
        (Classes, _probabilities, _targets, _view) = (classes, probabilities, targets, view);
    }

    /// <summary>Class names by index.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Precision, recall, F1 and the confusion matrix.</summary>
    public TextEvaluation Evaluation { get; }

    /// <summary>Whether it is right as often as it says.</summary>
    public Calibration Calibration { get; }

    /// <summary>Probabilities of a class, and 1 for its samples and 0 for the others.</summary>
    internal (float[] Scores, int[] Actual) OneAgainstRest(int index)
        => ([.. Enumerable.Range(0, _targets.Length).Select(i => _probabilities[(i * Classes.Count) + index])],
            [.. _targets.Select(t => t == index ? 1 : 0)]);

    /// <summary>The classes whose curves say most: the one whose detection counts, or those that are told apart
    /// worst.</summary>
    /// <param name="most">Most of them.</param>
    internal IReadOnlyList<int> Interesting(int most)
    {
        if (Evaluation.Positive is { } positive)
        {
            return [Classes.ToList().IndexOf(positive)];
        }

        var areas = RocAuc.OneVsRest(_probabilities, _targets);
        return [.. Enumerable.Range(0, Classes.Count).Where(c => !double.IsNaN(areas[c])).OrderBy(c => areas[c])
            .Take(most)];
    }

    /// <summary>The samples that it was surest and wrong about, the worst first.</summary>
    /// <param name="most">Most of them.</param>
    internal IEnumerable<Mistake> Mistakes(int most)
        => Enumerable.Range(0, _targets.Length)
            .Select(i => (Index: i, Chosen: TensorPrimitives.IndexOfMax<float>(Row(i))))
            .Where(s => s.Chosen != _targets[s.Index])
            .OrderByDescending(s => Row(s.Index)[s.Chosen] - Row(s.Index)[_targets[s.Index]])
            .Take(most)
            .Select(s => new Mistake(
                s.Index, Classes[_targets[s.Index]], Classes[s.Chosen], Row(s.Index)[s.Chosen],
                _view?.Invoke(s.Index)));

    /// <summary>How many samples it was wrong about.</summary>
    internal long Wrong => Enumerable.Range(0, _targets.Length)
        .LongCount(i => TensorPrimitives.IndexOfMax<float>(Row(i)) != _targets[i]);

    private ReadOnlySpan<float> Row(int sample)
        => _probabilities.AsSpan(sample * Classes.Count, Classes.Count);

    /// <param name="Index">Position of the sample.</param>
    /// <param name="Actual">What it is.</param>
    /// <param name="Predicted">What was said.</param>
    /// <param name="Probability">How surely.</param>
    /// <param name="View">The sample; null where it cannot be shown.</param>
    internal sealed record Mistake(int Index, string Actual, string Predicted, float Probability, SampleView? View);
}
