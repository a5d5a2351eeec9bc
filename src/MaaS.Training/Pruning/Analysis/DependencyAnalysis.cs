using MaaS.Training.Pruning.Rules;
using MaaS.Training.Tracing;

namespace MaaS.Training.Pruning.Analysis;

/// <summary>Which channels of a module depend on each other, found by following them through one traced run.</summary>
/// <remarks>
/// Fang et al. 2023 (DepGraph) group layers; here every channel is followed by itself, so that concatenation,
/// flattening and attention heads need no index arithmetic afterwards: a channel's positions are what was joined with
/// it.
/// </remarks>
internal sealed class DependencyAnalysis
{
    private DependencyAnalysis(
        ChannelSlots slots, IReadOnlyList<AnalyzedOperator> operators, IReadOnlyList<ChannelGroup> groups,
        IReadOnlyList<FixedLayer> fixedLayers)
    {
        (Slots, Operators, Groups, FixedLayers) = (slots, operators, groups, fixedLayers);
        Nothing = new bool[slots.Count];
    }

    public ChannelSlots Slots { get; }

    public IReadOnlyList<AnalyzedOperator> Operators { get; }

    /// <summary>What can be pruned.</summary>
    public IReadOnlyList<ChannelGroup> Groups { get; }

    /// <summary>Layers some or all of whose channels must stay.</summary>
    public IReadOnlyList<FixedLayer> FixedLayers { get; }

    /// <summary>By slot: nothing is removed.</summary>
    public IReadOnlyList<bool> Nothing { get; }

    /// <summary>Follows the channels.</summary>
    /// <param name="program">One run; its inputs are the example inputs, then the parameters and buffers.</param>
    /// <param name="inputs">Number of example inputs.</param>
    /// <param name="parameters">Names and shapes of parameters and buffers, in the order of the program's
    /// inputs.</param>
    /// <param name="reshapeChoices">By operator: which of the possible axes carries the channels of a split
    /// axis.</param>
    /// <param name="pinned">By layer: why its channels stay, for those to leave alone.</param>
    public static DependencyAnalysis Run(
        TracedProgram program, int inputs, IReadOnlyList<(string Name, long[] Shape)> parameters,
        IReadOnlyDictionary<int, int> reshapeChoices, IReadOnlyDictionary<string, string> pinned)
    {
        var slots = new ChannelSlots();
        Dictionary<int, ChannelTensor> values = [];
        foreach (var value in program.Inputs.Take(inputs))
        {
            values[value.Id] = ChannelTensor.Plain(ChannelCall.ShapeOf(value));
        }

        for (var i = 0; i < parameters.Count; i++)
        {
            var (name, shape) = parameters[i];
            values[program.Inputs[inputs + i].Id] = new ChannelTensor(shape, slots.Add(name, shape), IsParameter: true);
        }

        var operators = new List<AnalyzedOperator>(program.Operators.Count);
        foreach (var traced in program.Operators)
        {
            var call = new ChannelCall(traced, operators.Count, slots, values, reshapeChoices);
            ChannelRules.Apply(call);
            for (var i = 0; i < traced.Outputs.Count; i++)
            {
                values[traced.Outputs[i].Id] = call.Results[i];
            }

            operators.Add(new AnalyzedOperator(
                traced.Name, call.Place, traced.ModulePath, call.Results, call.Contraction, call.ReshapeChoices));
        }

        foreach (var output in program.Outputs.SelectMany(Computed))
        {
            PinOutput(slots, values[output]);
        }

        return new DependencyAnalysis(slots, operators, ChannelGroups.Find(slots, pinned, out var layers), layers);
    }

    /// <summary>Multiply–accumulates of the traced run once slots are removed.</summary>
    public long Macs(IReadOnlyList<bool> removed) => Operators.Sum(op => op.Contraction?.Macs(removed) ?? 0);

    /// <summary>The size of an axis of a parameter once slots are removed.</summary>
    public static long Size(SlotAxis axis, IReadOnlyList<bool> removed)
    {
        var size = 0L;
        for (var slot = axis.First; slot < axis.First + axis.Count; slot++)
        {
            size += removed[slot] ? 0 : 1;
        }

        return size;
    }

    private static IEnumerable<int> Computed(Argument argument) => argument switch
    {
        Argument.Computed computed => [computed.Id],
        Argument.List list => list.Items.SelectMany(Computed),
        _ => [],
    };

    private static void PinOutput(ChannelSlots slots, ChannelTensor output)
    {
        foreach (var slot in output.Axes.SelectMany(static axis => axis ?? []))
        {
            if (slot != ChannelTensor.Fixed)
            {
                slots.Pin(slot, "they are outputs of the module");
            }
        }
    }
}
