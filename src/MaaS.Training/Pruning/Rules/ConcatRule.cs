using MaaS.Onnx;
using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Tensors one after the other along an axis, old or new.</summary>
internal sealed class ConcatRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["cat", "concat", "concatenate", "stack"];

    public void Apply(ChannelCall call)
    {
        var parts = call.Tensors("tensors").Where(static t => t.Shape.All(static size => size > 0)).ToArray();
        var rank = call.OutputShape.Count;
        var dim = call.Int("dim", 0);
        var axis = OnnxDimension.Axis(dim, rank);
        var stacked = call.Name == "stack";
        var axes = new int[]?[rank];
        for (var i = 0; i < rank; i++)
        {
            var source = stacked && i > axis ? i - 1 : i;
            if (i != axis)
            {
                axes[i] = parts.Select(part => part.Axes[source]).Aggregate(
                    (a, b)
                        => a is null && b is null ? null : call.Join(a, b, "puts them beside a tensor of fixed size"));
            }
            else if (!stacked && parts.Any(part => part.Axes[axis] is not null))
            {
                axes[i] =
                [
                    .. parts.SelectMany(
                        part => part.Axes[axis] ?? Enumerable.Repeat(ChannelTensor.Fixed, (int)part.Shape[axis])),
                ];
            }
        }

        call.Return(axes);
    }
}
