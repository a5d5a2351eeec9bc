using System.Collections.Frozen;

namespace MaaS.Training.Export.Lowering;

/// <summary>Writes one call of an ATen operator as ONNX nodes: reads the call's arguments, adds nodes to
/// <see cref="OperatorCall.Graph"/>, and names the results with <see cref="OperatorCall.Return"/>.</summary>
public delegate void OperatorLowering(OperatorCall call);

/// <summary>The lowerings by ATen operator name. In-place forms (<c>add_</c>) use the lowering of the plain
/// form.</summary>
public sealed class LoweringRegistry
{
    private readonly FrozenDictionary<string, OperatorLowering> _lowerings;

    private LoweringRegistry(IEnumerable<KeyValuePair<string, OperatorLowering>> lowerings) =>
        _lowerings = lowerings.ToFrozenDictionary();

    /// <summary>Every operator that MaaS exports.</summary>
    public static LoweringRegistry Default { get; } = new(
        LoweringFamilies.All.SelectMany(static family => family.Lowerings));

    /// <summary>The operators of <see cref="Default"/> by topic, in alphabetical order.</summary>
    public static IReadOnlyList<(string Topic, IReadOnlyList<string> Operators)> Topics =>
        [.. LoweringFamilies.All.Select(static family =>
            (family.Name, (IReadOnlyList<string>)[.. family.Lowerings.Keys.Order(StringComparer.Ordinal)]))];

    /// <summary>The operators, in alphabetical order.</summary>
    public IReadOnlyList<string> Operators => [.. _lowerings.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A registry that has one more lowering, or another one, for an operator.</summary>
    /// <param name="name">ATen's name, such as <c>aten::relu</c> or <c>mylib::my_op</c>.</param>
    /// <param name="lowering">Writes the operator's nodes.</param>
    public LoweringRegistry With(string name, OperatorLowering lowering)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(lowering);
        return new(_lowerings.Where(pair => pair.Key != name).Append(KeyValuePair.Create(name, lowering)));
    }

    /// <summary>The lowering of an operator, or null.</summary>
    public OperatorLowering? Find(string name) => _lowerings.GetValueOrDefault(name);
}
