using MaaS.Training.Tracing;

namespace MaaS.Training.Pruning.Analysis;

/// <summary>Checks that a module did, after channels were removed, what the analysis says it would.</summary>
internal static class TraceComparison
{
    /// <summary>The first difference, for people; null where there is none.</summary>
    /// <param name="analysis">Of the module before.</param>
    /// <param name="removed">By slot of the analysis.</param>
    /// <param name="after">The module's run afterwards.</param>
    public static string? FirstDifference(DependencyAnalysis analysis, IReadOnlyList<bool> removed, TracedProgram after)
    {
        for (var i = 0; i < analysis.Operators.Count; i++)
        {
            var expected = analysis.Operators[i];
            if (i >= after.Operators.Count || after.Operators[i].Name != expected.Name)
            {
                return $"{expected.Place} is not run any more";
            }

            for (var j = 0; j < expected.Results.Count; j++)
            {
                var result = expected.Results[j];
                var shape = Enumerable.Range(0, result.Rank).Select(axis => result.Size(axis, removed)).ToArray();
                var actual = ChannelCall.ShapeOf(after.Operators[i].Outputs[j]);
                if (!shape.SequenceEqual(actual))
                {
                    return $"{expected.Place} gave ({string.Join(",", actual)}) where ({string.Join(",", shape)}) "
                        + "follows from "
                        + "the channels that are left; its forward names a number of channels";
                }
            }
        }

        return after.Operators.Count > analysis.Operators.Count
            ? $"{after.Operators[analysis.Operators.Count].Name} is run as well"
            : null;
    }
}
