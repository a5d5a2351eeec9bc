namespace MaaS.Training.Export.Sizes;

/// <summary>Traces a module at sizes that <see cref="SizeRuns"/> chooses.</summary>
internal interface ISizeTracer
{
    /// <summary>Whether shapes alone can be traced, at next to no cost at any size. Asked after the first
    /// run.</summary>
    bool HasShapes { get; }

    /// <summary>The largest size for runs of shapes alone. Asked after the first runs.</summary>
    long LargestShape { get; }

    /// <summary>What a run with values costs at the first sizes. Asked after the first run.</summary>
    RunCost Cost { get; }

    /// <summary>Traces the module; throws where it refuses the sizes.</summary>
    /// <param name="sizes">By axis.</param>
    /// <param name="values">Whether outputs are needed as well, to be compared.</param>
    /// <returns>False where no further run is of use.</returns>
    bool Trace(IReadOnlyDictionary<string, long> sizes, bool values);
}
