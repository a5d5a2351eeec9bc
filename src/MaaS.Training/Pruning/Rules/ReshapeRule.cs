using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>
/// Other shapes of the same elements. Merged axes carry one slot for each element, so that a channel of (C, H, W) owns
/// its H·W features after a flatten. An axis that is split, as into attention heads, can carry channels on one of its
/// parts only: on the one that forward leaves open with −1, else on the first for which the module still runs.
/// </summary>
internal sealed class ReshapeRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
    [
        "view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "view_as", "reshape_as", "ravel",
        "_unsafe_view",
        "_reshape_alias",
    ];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        var shape = call.OutputShape;
        var axes = new int[]?[shape.Count];
        var (from, to) = (0, 0);
        while (from < input.Rank || to < shape.Count)
        {
            var (firstFrom, firstTo) = (from, to);
            var before = from < input.Rank ? input.Shape[from++] : 1;
            var after = to < shape.Count ? shape[to++] : 1;
            while (before != after)
            {
                if (before < after)
                {
                    before *= input.Shape[from++];
                }
                else
                {
                    after *= shape[to++];
                }
            }

            Block(call, input, firstFrom..from, axes, firstTo..to, before);
        }

        call.Return(axes, input.IsParameter);
    }

    // One stretch of input axes and the stretch of output axes that holds the same elements.
    private static void Block(ChannelCall call, ChannelTensor input, Range from, int[]?[] axes, Range to, long elements)
    {
        var labelled = Enumerable.Range(from.Start.Value, from.End.Value - from.Start.Value)
            .Where(axis => input.Axes[axis] is not null && input.Shape[axis] > 1).ToArray();
        var targets = Enumerable.Range(to.Start.Value, to.End.Value - to.Start.Value)
            .Where(axis => call.OutputShape[axis] > 1).ToArray();
        if (labelled.Length == 0 || targets.Length == 0)
        {
            return;
        }

        if (labelled.Length > 1)
        {
            foreach (var axis in labelled)
            {
                call.Pin(input.Axes[axis], "mixes two kinds of channels in one axis");
            }

            return;
        }

        var inner = Inner(input.Shape, labelled[0], from.End.Value);
        var slots = input.Axes[labelled[0]]!;
        var flat = new int[elements];
        for (var i = 0; i < flat.Length; i++)
        {
            flat[i] = slots[i / inner % slots.Length];
        }

        var target = Carrier(call, targets);
        axes[target] = Gather(call, flat, call.OutputShape[target], Inner(call.OutputShape, target, to.End.Value));
    }

    private static int Carrier(ChannelCall call, int[] targets)
    {
        if (targets.Length == 1)
        {
            return targets[0];
        }

        var open = OpenAxis(call);
        if (targets.Contains(open))
        {
            return open;
        }

        call.ReshapeChoices = targets.Length;
        return targets[Math.Min(call.ReshapeChoice, targets.Length - 1)];
    }

    // The axis of the result that forward leaves open with −1; −1 where it names all sizes.
    private static int OpenAxis(ChannelCall call)
    {
        if (call.Name != "unflatten")
        {
            return Array.IndexOf(call.Ints(call.Has("shape") ? "shape" : "size"), -1);
        }

        var part = Array.IndexOf(call.Ints("sizes"), -1);
        return part < 0 ? -1 : part + call.Tensor("self").Axis(call.Int("dim", 0));
    }

    // All elements at one position of the target axis go together.
    private static int[] Gather(ChannelCall call, int[] flat, long size, long inner)
    {
        var result = new int[size];
        Array.Fill(result, int.MinValue);
        for (var i = 0; i < flat.Length; i++)
        {
            ref var slot = ref result[i / inner % size];
            slot = slot == int.MinValue
                ? flat[i]
                : call.Join([slot], [flat[i]], "splits them unevenly")![0];
        }

        return result;
    }

    private static long Inner(IReadOnlyList<long> shape, int axis, int end)
    {
        var product = 1L;
        for (var i = axis + 1; i < end; i++)
        {
            product *= shape[i];
        }

        return product;
    }
}
