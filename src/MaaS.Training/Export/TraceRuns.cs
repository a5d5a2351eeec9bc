using MaaS.Core.Onnx.Schema;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>One traced run: the sizes it had, what went in and came out.</summary>
internal sealed record TraceRun(
    IReadOnlyDictionary<string, long> Sizes, IReadOnlyList<TensorProto> Inputs, ModuleTracer.Run Run);

/// <summary>Traces a module at several sizes of its dynamic axes: once near the example, once with each axis changed
/// alone, once with all of them at a third size.</summary>
internal sealed class TraceRuns(
    ExampleInputs examples, IReadOnlyList<(string Name, Tensor Tensor)> state,
    Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted)
{
    // Axes up to this size are doubled once; of larger ones, images say, that would take long.
    private const long FarBelow = 64;

    private readonly List<TraceRun> _runs = [];

    public IReadOnlyList<TraceRun> Trace()
    {
        // A size of 1 broadcasts and would be mistaken for a fixed one.
        var sizes = examples.Symbols.ToDictionary(
            static symbol => symbol.Key,
            symbol => wanted.TryGetValue(symbol.Key, out var given) ? given[0] : Math.Max(symbol.Value, 2));
        Add(sizes, null);
        var changed = new Dictionary<string, long>(sizes);
        foreach (string symbol in sizes.Keys) changed[symbol] = Vary(sizes, symbol);
        // Two sizes of an axis make everything a line; a third one proves what follows from them.
        if (sizes.Count > 0 && !TryThird(sizes, changed) && sizes.Count > 1) TryAdd(changed, out _);
        return _runs;
    }

    private long Vary(Dictionary<string, long> sizes, string symbol)
    {
        Exception? error = null;
        foreach (long size in Candidates(symbol, sizes[symbol]))
        {
            if (TryAdd(new Dictionary<string, long>(sizes) { [symbol] = size }, out error)) return size;
        }
        throw new OnnxExportException(
            $"export: forward failed at every other size tried for the dynamic axis '{symbol}' "
            + $"({string.Join(", ", Candidates(symbol, sizes[symbol]))}): {error?.Message}. Declare the axis as fixed, or give "
            + "OnnxExportOptions.TraceSizes sizes that the module accepts", error);
    }

    // Moves every axis that has a third size, the farthest first: what is cut to a limit (a window, a minimum) shows there.
    private bool TryThird(Dictionary<string, long> sizes, Dictionary<string, long> changed)
    {
        var left = sizes.Keys.ToDictionary(
            static symbol => symbol,
            symbol => ThirdCandidates(symbol, sizes[symbol]).Except([sizes[symbol], changed[symbol]]).DefaultIfEmpty(changed[symbol]).ToArray());
        if (left.All(pair => pair.Value[0] == changed[pair.Key])) return false;
        return Enumerable.Range(0, left.Values.Max(static third => third.Length))
            .Any(attempt => TryAdd(left.ToDictionary(static pair => pair.Key, pair => pair.Value[Math.Min(attempt, pair.Value.Length - 1)]), out _));
    }

    private IEnumerable<long> ThirdCandidates(string symbol, long size) => wanted.TryGetValue(symbol, out var given)
        ? given
        : size <= FarBelow ? [2 * size + 1, 2 * size, .. Candidates(symbol, size)] : Candidates(symbol, size);

    private IEnumerable<long> Candidates(string symbol, long size) =>
        (wanted.TryGetValue(symbol, out var given) ? given : [size + 1, size - 1, size / 2, 2 * size, size + 2, 3 * size])
            .Where(candidate => candidate > 1 && candidate != size).Distinct();

    // A module may refuse a size (odd images, sequences longer than its table): then another one is tried.
    private bool TryAdd(Dictionary<string, long> sizes, out Exception? error)
    {
        try
        {
            Add(sizes, seed: _runs.Count);
            error = null;
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            error = failure;
            return false;
        }
    }

    private void Add(Dictionary<string, long> sizes, int? seed)
    {
        using var scope = NewDisposeScope();
        var inputs = examples.Make(sizes, seed);
        TensorProto[] values = [.. inputs.Select((input, i) => TorchTensorReader.Read(input, examples.Names[i]))];
        Tensor[] all = [.. inputs, .. state.Select(static pair => pair.Tensor)];
        _runs.Add(new TraceRun(sizes, values, ModuleTracer.Trace(all, () => forward(inputs))));
    }
}
