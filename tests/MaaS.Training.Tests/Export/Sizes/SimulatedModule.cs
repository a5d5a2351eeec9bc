using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;

namespace MaaS.Training.Tests.Export.Sizes;

/// <summary>A module of two axes, h and w, whose forward computes one number; traced as the exporter does, without
/// torch.</summary>
internal sealed class SimulatedModule(Func<long, long, long> number, long step = 1, bool hasShapes = true) : ISizeTracer
{
    private static readonly string[] Symbols = ["h", "w"];

    public bool HasShapes => hasShapes;

    public long LargestShape => 8192;

    public RunCost Cost => new(1e5, 1e2);

    public bool Trace(IReadOnlyDictionary<string, long> sizes, bool values) =>
        sizes["h"] % step == 0 ? true : throw new ArgumentException("refused");

    /// <summary>What the exporter makes of the number: chooses sizes, fits, confirms; null where it refuses.</summary>
    public SizeExpression? Find(long h, long w)
    {
        var runs = new SizeRuns(
            new Dictionary<string, long> { ["h"] = h, ["w"] = w }, new Dictionary<string, IReadOnlyList<long>>(), this);
        runs.Begin();
        while (true)
        {
            var traced = runs.Runs;
            var axes = Array.ConvertAll(
                Symbols, name => new DynamicAxis(name, name, 0, new TracedSize([.. traced.Select(run => run[name])])));
            var size = new TracedSize([.. traced.Select(run => number(run["h"], run["w"]))]);
            var fit = new SizeFit(axes, runs.Evidence);
            var found = fit.Find(size, []);
            if (found is null ? !fit.NeedsMoreRuns || !runs.Extend() : !runs.Confirm([found]))
            {
                return found;
            }
        }
    }
}
