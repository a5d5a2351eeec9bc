using System.Collections.Frozen;
using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>The rules by operator.</summary>
internal static class ChannelRules
{
    private static readonly FrozenDictionary<string, IChannelRule> ByOperator = new IChannelRule[]
    {
        new ConvolutionRule(), new LinearRule(), new MatrixProductRule(), new ElementwiseRule(), new CastRule(),
        new ChannelNormRule(), new SampleNormRule(), new SpatialRule(), new PadRule(), new ReductionRule(),
        new AxisRule(), new PermuteRule(), new ReshapeRule(), new ConcatRule(), new SplitRule(), new SliceRule(),
        new ExpandRule(), new EmbeddingRule(), new AttentionRule(), new FixedRule(), new PReluRule(),
        new EinsumRule(), new GatedLinearUnitRule(),
    }.SelectMany(static rule => rule.Operators.Select(name => (name, rule)))
        .ToFrozenDictionary(static p => p.name, static p => p.rule);

    /// <summary>Follows channels through one call; where no rule knows the operator, what it touches stays.</summary>
    public static void Apply(ChannelCall call)
    {
        if (!call.AllTensors().Any(static tensor => tensor.IsLabelled))
        {
            call.Return([.. call.OutputShapes.Select(ChannelTensor.Plain)]);
        }
        else if (ByOperator.TryGetValue(call.Name, out var rule))
        {
            rule.Apply(call);
        }
        else
        {
            FixedRule.Pin(call, "is an operator that the analysis does not know");
        }
    }
}
