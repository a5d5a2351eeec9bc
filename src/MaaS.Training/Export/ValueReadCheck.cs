using MaaS.Training.Tracing;

namespace MaaS.Training.Export;

/// <summary>Finds forwards that read values of tensors: the graph would hold what they read for the example.</summary>
internal static class ValueReadCheck
{
    private const string Remedy =
        "The graph would hold it as it was for the example. Write it with tensor operators (torch.where, masks, "
        + "clamp), or, where it is the same for every input, set OnnxExportOptions.AllowValueReads";

    /// <summary>Checks what was read, and that runs on other values ran the same operators on the same
    /// constants.</summary>
    /// <returns>Warnings; empty where nothing was read.</returns>
    /// <exception cref="OnnxExportException">Something was read, and <paramref name="allow"/> is not set.</exception>
    public static IReadOnlyList<string> Run(
        IReadOnlySet<ValueRead> reads, Trace trace, IReadOnlyList<ValueProbe> probes, bool allow)
    {
        if (reads.Count > 0 && !allow)
        {
            throw Refusal(reads);
        }

        var warnings = reads
            .Select(static read => $"export: forward read a value by {read}; the model holds it as for the example")
            .ToList();
        foreach (var probe in probes)
        {
            if (TraceAgreement.First(trace, probe.Run.Trace) is { } difference)
            {
                var what = $"forward depends on values that it read outside of torch's operators: {difference.What} "
                    + $"({probe.Scale.Name})";
                warnings.Add(allow
                    ? $"export: {difference.Operator} in {TracingException.Place(difference.ModulePath)}: {what}; "
                        + "the model does as for the example"
                    : throw new OnnxExportException($"{what}. {Remedy}", difference.Operator, difference.ModulePath));
            }
        }

        return warnings;
    }

    /// <summary>The error for values that were read.</summary>
    public static OnnxExportException Refusal(IReadOnlySet<ValueRead> reads)
    {
        var first = reads.First();
        return new OnnxExportException(
            $"forward reads values of tensors: {string.Join("; ", reads)}. {Remedy}", first.Operator, first.ModulePath);
    }
}
