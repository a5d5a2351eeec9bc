using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Einstein sums: axes of one letter go together; a letter that the result lacks is summed over.</summary>
internal sealed class EinsumRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["einsum"];

    public void Apply(ChannelCall call)
    {
        var operands = call.Tensors("tensors");
        var sides = call.Text("equation").Replace(" ", "").Split("->");
        var terms = sides[0].Split(',');
        if (sides.Length != 2 || sides[0].Contains('.') || terms.Length != operands.Count)
        {
            FixedRule.Pin(call, "leaves axes without letters");
            return;
        }

        var letters = new Dictionary<char, int[]?>();
        List<(ChannelTensor, int)> summed = [];
        for (var i = 0; i < terms.Length; i++)
        {
            for (var axis = 0; axis < terms[i].Length; axis++)
            {
                var letter = terms[i][axis];
                var slots = operands[i].Axes[axis];
                var isResult = sides[1].Contains(letter);
                var isShared = terms.Where((_, other) => other != i).Any(term => term.Contains(letter));
                call.Role(
                    operands[i], axis, !isResult ? SlotRole.Consumes : isShared ? SlotRole.Follows : SlotRole.Produces);
                if (!isResult)
                {
                    call.Consume(slots);
                }

                if (letters.TryGetValue(letter, out var known))
                {
                    letters[letter] = known is null && slots is null
                        ? null
                        : call.Join(known, slots, "combines them with a tensor of fixed size");
                }
                else
                {
                    letters[letter] = slots;
                    if (!isResult)
                    {
                        summed.Add((operands[i], axis));
                    }
                }
            }
        }

        var output = call.Return([.. sides[1].Select(letter => letters[letter])]);
        call.Contract(output, [.. summed]);
    }
}
