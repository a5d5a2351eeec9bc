using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Scaled dot-product attention, einsum and distances.</summary>
internal static class AttentionLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::scaled_dot_product_attention"] = Attention,
        ["aten::_scaled_dot_product_attention"] = Attention,
        ["aten::einsum"] = Einsum,
        ["aten::tensordot"] = TensorDot,
        ["aten::bilinear"] = Bilinear,
        ["aten::cosine_similarity"] = CosineSimilarity,
        ["aten::pairwise_distance"] = PairwiseDistance,
        ["aten::cdist"] = CDist,
    };

    // softmax(q · kᵀ / √d + mask) · v; Vaswani et al. 2017, equation 1.
    private static void Attention(OperatorCall call)
    {
        if (call.Real("dropout_p", 0) != 0)
        {
            throw call.Unsupported("attention with dropout although the module is in evaluation mode");
        }

        if (call.Flag("enable_gqa"))
        {
            throw call.Unsupported(
                "attention whose heads share keys (enable_gqa); repeat the heads of key and value before it");
        }

        var q = call.Tensor("query");
        var k = call.Tensor("key");
        var type = q.Type;
        double scale = call.Real("scale", 1 / Math.Sqrt(q.Shape[^1].Value));
        long[] swap = [.. Enumerable.Range(0, k.Rank - 2).Select(static i => (long)i), k.Rank - 1, k.Rank - 2];
        string scores = call.Node(
            "MatMul", [call.Scale(q.Name, scale, type), call.Node("Transpose", [k.Name], ("perm", swap))]);
        if (call.OptionalTensor("attn_mask") is { } mask)
        {
            scores = call.Node(
                "Add", [scores, mask.Type == DataType.Bool ? Additive(call, mask.Name, type) : mask.Name]);
        }

        if (call.Flag("is_causal"))
        {
            string ones = CreationLowerings.Filled(call, 1, DataType.Int64, [q.Shape[^2], k.Shape[^2]]);
            string lower = call.Cast(call.Node("Trilu", [ones], ("upper", 0)), DataType.Int64, DataType.Bool);
            scores = call.Node("Add", [scores, Additive(call, lower, type)]);
        }
        string weights = call.Node("Softmax", [scores], ("axis", -1));
        string result = call.Node("MatMul", [weights, call.Tensor("value").Name]);
        call.Return(call.OutputCount > 1 ? [result, weights] : [result]);
    }

    // 0 where attention may look, −∞ where not, as torch has it.
    private static string Additive(OperatorCall call, string mask, DataType type) => call.Node(
        "Where", [mask, call.Scalar(0, type), call.Scalar(double.NegativeInfinity, type)]);

    private static void Einsum(OperatorCall call)
    {
        string equation = call.Text("equation").Replace(" ", "", StringComparison.Ordinal);
        string[] operands = [.. call.Tensors("tensors").Select(static tensor => tensor.Name)];
        call.Return(call.Node("Einsum", operands, ("equation", equation)));
    }

    // Both operands spelt in letters: the axes summed over share theirs.
    private static void TensorDot(OperatorCall call)
    {
        var (a, b) = (call.Tensor("self"), call.Tensor("other"));
        int[] summedA = Array.ConvertAll(call.Ints("dims_self"), a.Axis),
        summedB = Array.ConvertAll(call.Ints("dims_other"), b.Axis);
        char[] left = [.. Enumerable.Range(0, a.Rank).Select(static i => (char)('a' + i))];
        char[] right = [.. Enumerable.Range(a.Rank, b.Rank).Select(static i => (char)('a' + i))];
        for (int i = 0; i < summedA.Length; i++)
        {
            right[summedB[i]] = left[summedA[i]];
        }

        string kept = string.Concat(left.Except(right).Concat(right.Except(left)));
        call.Return(
            call.Node("Einsum", [a.Name, b.Name], ("equation", $"{new string(left)},{new string(right)}->{kept}")));
    }

    // (…, i), (o, i, j), (…, j) → (…, o)
    private static void Bilinear(OperatorCall call)
    {
        string product = call.Node("Einsum",
            [call.Tensor("input1").Name, call.Tensor("weight").Name, call.Tensor("input2").Name],
            ("equation", "...i,oij,...j->...o"));
        call.Return(call.OptionalTensor("bias") is { } bias ? call.Node("Add", [product, bias.Name]) : product);
    }

    // a · b / (max(|a|, ε) · max(|b|, ε))
    private static void CosineSimilarity(OperatorCall call)
    {
        var a = call.Tensor("x1");
        var b = call.Tensor("x2");
        long[] axes = [a.Axis(call.Int("dim", 1))];
        string eps = call.Scalar(call.Real("eps", 1e-8), call.OutputType());
        string dot = ReductionLowerings.Reduce(
            call, "ReduceSum", call.Node("Mul", [a.Name, b.Name]), axes, keep: false);
        string Length(string x)
            => call.Node("Max", [ReductionLowerings.Reduce(call, "ReduceL2", x, axes, keep: false), eps]);
        call.Return(call.Node("Div", [dot, call.Node("Mul", [Length(a.Name), Length(b.Name)])]));
    }

    private static void PairwiseDistance(OperatorCall call)
    {
        var type = call.OutputType();
        string delta = call.Node("Sub", [call.Tensor("x1").Name, call.Tensor("x2").Name]);
        delta = call.Node("Add", [delta, call.Scalar(call.Real("eps", 1e-6), type)]);
        call.Return(Length(call, delta, call.Real("p", 2), call.Flag("keepdim")));
    }

    // (…, n, d), (…, m, d) → (…, n, m)
    private static void CDist(OperatorCall call)
    {
        string a = call.Node("Unsqueeze", [call.Tensor("x1").Name, call.Graph.Ints(-2)]);
        string b = call.Node("Unsqueeze", [call.Tensor("x2").Name, call.Graph.Ints(-3)]);
        call.Return(Length(call, call.Node("Sub", [a, b]), call.Real("p", 2), keep: false));
    }

    private static string Length(OperatorCall call, string delta, double p, bool keep) => p switch
    {
        1 => ReductionLowerings.Reduce(call, "ReduceL1", delta, [-1], keep),
        2 => ReductionLowerings.Reduce(call, "ReduceL2", delta, [-1], keep),
        _ => throw call.Unsupported($"a distance of order {p}; orders 1 and 2 have ONNX forms"),
    };
}
