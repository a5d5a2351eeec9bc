using MaaS.Training.Tracing;

namespace MaaS.Training.Export;

/// <summary>Finds products with a part of a fixed matrix. Its size ends somewhere, and TorchSharp 0.107's <c>matmul</c>
/// ends the process there: no size is tried beyond those that the module has taken.</summary>
internal static class MatrixLimit
{
    /// <summary>Whether a factor of a <c>matmul</c> follows from weights and constants alone and moves with the
    /// sizes.</summary>
    /// <param name="one">A run.</param>
    /// <param name="other">A run at other sizes.</param>
    /// <param name="inputs">How many inputs of the trace are the module's; the others are its weights.</param>
    public static bool Binds(Trace one, Trace other, int inputs)
    {
        var fromInputs = one.Inputs.Take(inputs).Select(static value => value.Id).ToHashSet();
        var sizes = new Dictionary<int, bool>();   // whether they move
        for (int i = 0; i < Math.Min(one.Nodes.Count, other.Nodes.Count); i++)
        {
            var (node, counterpart) = (one.Nodes[i], other.Nodes[i]);
            if (node.Op != counterpart.Op)
            {
                return true;
            }

            if (node.Op == "aten::matmul"
                && node.Inputs.Any(id => !fromInputs.Contains(id) && sizes.GetValueOrDefault(id)))
            {
                return true;
            }

            bool follows = node.Inputs.Any(fromInputs.Contains);
            foreach (var (output, again) in node.Outputs.Zip(counterpart.Outputs))
            {
                sizes[output.Id] = !(output.Sizes ?? []).SequenceEqual(again.Sizes ?? []);
                if (follows)
                {
                    fromInputs.Add(output.Id);
                }
            }
        }

        return false;
    }
}
