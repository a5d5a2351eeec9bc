using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Reductions over some axes; channels that are reduced over stay.</summary>
internal sealed class ReductionRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
    [
        "mean", "sum", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "var", "std", "norm",
        "linalg_vector_norm",
        "logsumexp", "all", "any",
    ];

    public void Apply(ChannelCall call)
    {
        if (call.OptionalTensor("other") is not null)
        {
            new ElementwiseRule().Apply(call);   // max(a, b), min(a, b)
            return;
        }

        var input = call.Tensor("self");
        var reduced = call.Ints("dim").Select(input.Axis).ToHashSet();
        if (reduced.Count == 0)
        {
            reduced = [.. Enumerable.Range(0, input.Rank)];
        }

        List<int[]?> axes = [];
        for (var axis = 0; axis < input.Rank; axis++)
        {
            if (!reduced.Contains(axis))
            {
                axes.Add(input.Axes[axis]);
                continue;
            }

            call.Pin(input.Axes[axis], "reduces over them");
            if (call.Flag("keepdim"))
            {
                axes.Add(null);
            }
        }

        // What is computed of a weight alone, as its norm, scales that weight and is part of it.
        call.Return([.. call.OutputShapes.Select(shape => new ChannelTensor(shape, [.. axes], input.IsParameter))]);
    }
}
