using MaaS.Onnx.Schema;
using MaaS.Training.Tracing;

namespace MaaS.Training.Pruning.Analysis;

/// <summary>One call of an operator while channels are followed through the trace.</summary>
internal sealed class ChannelCall(
    TracedOperator traced, int index, ChannelSlots slots, IReadOnlyDictionary<int, ChannelTensor> values,
    IReadOnlyDictionary<int, int> reshapeChoices)
{
    private readonly IReadOnlyList<long>[] _shapes = [.. traced.Outputs.Select(static o => ShapeOf(o))];

    /// <summary>The slots of the whole trace.</summary>
    public ChannelSlots Slots { get; } = slots;

    /// <summary>ATen's name, without <c>aten::</c> and the trailing <c>_</c> of an in-place variant.</summary>
    public string Name { get; } = BaseName(traced.Name);

    /// <summary>Its position in the trace.</summary>
    public int Index { get; } = index;

    /// <summary>Operator and module, for people.</summary>
    public string Place => traced.ModulePath.Length == 0
        ? $"{traced.Name} in the module itself"
        : $"{traced.Name} in '{traced.ModulePath}'";

    /// <summary>The shape of the first result.</summary>
    public IReadOnlyList<long> OutputShape => _shapes[0];

    /// <summary>The shapes of all results.</summary>
    public IReadOnlyList<IReadOnlyList<long>> OutputShapes => _shapes;

    /// <summary>What <see cref="Return(ChannelTensor[])"/> was given.</summary>
    public IReadOnlyList<ChannelTensor> Results { get; private set; } = [];

    /// <summary>What the operator multiplies and sums, if it does.</summary>
    public Contraction? Contraction { get; private set; }

    /// <summary>A reshape that had to choose which of several axes carries the channels: the number of
    /// choices.</summary>
    public int ReshapeChoices { get; set; }

    /// <summary>The choice to make there.</summary>
    public int ReshapeChoice => reshapeChoices.GetValueOrDefault(Index);

    public static string BaseName(string name)
    {
        var plain = name.StartsWith("aten::", StringComparison.Ordinal) ? name["aten::".Length..] : name;
        var inPlace = plain.Length > 1 && plain.EndsWith('_') && !plain.EndsWith("__", StringComparison.Ordinal);
        return inPlace ? plain[..^1] : plain;
    }

    public static IReadOnlyList<long> ShapeOf(TracedValue value) => [.. value.Shape.Select(static s => s.Value)];

    public bool Has(string name)
        => traced.Arguments.TryGetValue(name, out var argument) && argument is not Argument.None;

    /// <summary>A tensor argument by the first of some names that the schema has.</summary>
    public ChannelTensor Tensor(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (traced.Arguments.TryGetValue(name, out var argument) && AsTensor(argument) is { } tensor)
            {
                return tensor;
            }
        }

        throw new InvalidOperationException(
            $"{Place}: expected a tensor argument, got {string.Join(", ", traced.Arguments.Keys)}.");
    }

    public ChannelTensor? OptionalTensor(string name) => Has(name) ? AsTensor(traced.Arguments[name]) : null;

    /// <summary>All tensor arguments in order, lists included.</summary>
    public IReadOnlyList<ChannelTensor> AllTensors() => [.. traced.Arguments.Values.SelectMany(Flatten)];

    public IReadOnlyList<ChannelTensor> Tensors(string name) => [.. Flatten(traced.Arguments[name])];

    /// <summary>Integers of an argument: one, a list, or none where it is left out.</summary>
    public long[] Ints(string name) => !Has(name) ? [] : traced.Arguments[name] switch
    {
        Argument.List list => [.. list.Items.OfType<Argument.Int>().Select(static item => item.Value.Value)],
        Argument.Int number => [number.Value.Value],
        _ => [],
    };

    public long Int(string name, long missing) => Ints(name) is [var value, ..] ? value : missing;

    public string Text(string name) => traced.Arguments.GetValueOrDefault(name) is Argument.Text text ? text.Value : "";

    public bool Flag(string name) => traced.Arguments.GetValueOrDefault(name) switch
    {
        Argument.Flag flag => flag.Value,
        Argument.Int number => number.Value.Value != 0,
        _ => false,
    };

    /// <summary>Labels the results.</summary>
    public void Return(params ChannelTensor[] results) => Results = results;

    /// <summary>Labels the only result, of the traced shape.</summary>
    public ChannelTensor Return(IReadOnlyList<int[]?> axes, bool isParameter = false)
    {
        var result = new ChannelTensor(OutputShape, axes, isParameter);
        Results = [result];
        return result;
    }

    /// <summary>Notes what the operator multiplies and sums.</summary>
    public void Contract(ChannelTensor output, params (ChannelTensor Tensor, int Axis)[] factors)
        => Contraction = new Contraction(output, factors);

    /// <summary>Keeps the channels of an axis.</summary>
    public void Pin(int[]? axis, string why)
    {
        foreach (var slot in axis ?? [])
        {
            if (slot != ChannelTensor.Fixed)
            {
                Slots.Pin(slot, $"{Place} {why}");
            }
        }
    }

    /// <summary>Keeps all channels of a tensor.</summary>
    public void Pin(ChannelTensor tensor, string why)
    {
        foreach (var axis in tensor.Axes)
        {
            Pin(axis, why);
        }
    }

    /// <summary>Makes the channels of two axes of equal size go together; where one of them is fixed, the other
    /// stays.</summary>
    public int[]? Join(int[]? a, int[]? b, string why)
    {
        if (a is null || b is null)
        {
            Pin(a ?? b, why);
            return null;
        }

        var joined = new int[a.Length];
        for (var i = 0; i < a.Length; i++)
        {
            joined[i] = a[i];
            if (a[i] == ChannelTensor.Fixed || b[i] == ChannelTensor.Fixed)
            {
                Pin([Math.Max(a[i], b[i])], why);
                joined[i] = ChannelTensor.Fixed;
            }
            else
            {
                Slots.Join(a[i], b[i]);
            }
        }

        return joined;
    }

    /// <summary>Adds a role to the axis of a parameter; other tensors have none.</summary>
    public void Role(ChannelTensor tensor, int axis, SlotRole role)
    {
        if (tensor.IsParameter && tensor.Axes[axis] is [not ChannelTensor.Fixed, ..] slotsOfAxis)
        {
            Slots.AxisOf(slotsOfAxis[0]).Role |= role;
        }
    }

    /// <summary>Notes that the operator sums over an axis.</summary>
    public void Consume(int[]? axis)
    {
        foreach (var slot in axis ?? [])
        {
            if (slot != ChannelTensor.Fixed)
            {
                Slots.Consume(slot);
            }
        }
    }

    private ChannelTensor? AsTensor(Argument argument) => argument switch
    {
        Argument.Computed computed => values[computed.Id],
        Argument.Constant { Values: [TensorProto tensor, ..] } => ChannelTensor.Plain([.. tensor.Dims]),
        _ => null,
    };

    private IEnumerable<ChannelTensor> Flatten(Argument argument) => argument is Argument.List list
        ? list.Items.SelectMany(Flatten)
        : AsTensor(argument) is { } tensor ? [tensor] : [];
}
