namespace MaaS.Training.Export.Lowering;

/// <summary>Linear layers and matrix products.</summary>
internal static class LinearLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::linear"] = Linear,
        ["aten::addmm"] = AddMm,
        ["aten::mm"] = Product("self", "mat2"),
        ["aten::bmm"] = Product("self", "mat2"),
        ["aten::matmul"] = Product("self", "other"),
        ["aten::mv"] = Product("self", "vec"),
        ["aten::dot"] = Product("self", "tensor"),
        ["aten::baddbmm"] = AddProduct("batch1", "batch2"),
        ["aten::addbmm"] = AddBmm,
        ["aten::addmv"] = AddProduct("mat", "vec"),
        ["aten::outer"] = Outer,
        ["aten::ger"] = Outer,
    };

    // Gemm takes torch's (out, in) weight as it is; inputs with more axes need MatMul with (in, out).
    private static void Linear(OperatorCall call)
    {
        var x = call.Tensor("input");
        var w = call.Tensor("weight");
        string bias = call.NameOrEmpty("bias");
        if (x.Rank == 2)
        {
            call.Return(call.Node("Gemm", [x.Name, w.Name, bias], ("transB", 1)));
            return;
        }
        string transposed = w.Rank == 2 ? call.Node("Transpose", [w.Name], ("perm", new long[] { 1, 0 })) : w.Name;
        string product = call.Node("MatMul", [x.Name, transposed]);
        call.Return(bias.Length == 0 ? product : call.Node("Add", [product, bias]));
    }

    private static void AddMm(OperatorCall call)
    {
        float alpha = (float)call.Real("alpha", 1), beta = (float)call.Real("beta", 1);
        call.Return(call.Node(
            "Gemm", [call.Tensor("mat1").Name, call.Tensor("mat2").Name, call.Tensor("self").Name],
            ("alpha", alpha), ("beta", beta)));
    }

    private static OperatorLowering Product(string left, string right) => call =>
        call.Return(call.Node("MatMul", [call.Tensor(left).Name, call.Tensor(right).Name]));

    private static OperatorLowering AddProduct(string left, string right) => call =>
    {
        string product = call.Node("MatMul", [call.Tensor(left).Name, call.Tensor(right).Name]);
        call.Return(Add(call, product));
    };

    private static void AddBmm(OperatorCall call)
    {
        string product = call.Node("MatMul", [call.Tensor("batch1").Name, call.Tensor("batch2").Name]);
        call.Return(Add(call, call.Node("ReduceSum", [product, call.Graph.Ints(0)], ("keepdims", 0))));
    }

    private static string Add(OperatorCall call, string product)
    {
        var type = call.OutputType();
        string self = call.Scale(call.Tensor("self").Name, call.Real("beta", 1), type);
        return call.Node("Add", [self, call.Scale(product, call.Real("alpha", 1), type)]);
    }

    private static void Outer(OperatorCall call)
    {
        string column = call.Node("Unsqueeze", [call.Tensor("self").Name, call.Graph.Ints(1)]);
        string row = call.Node("Unsqueeze", [call.Tensor("vec2").Name, call.Graph.Ints(0)]);
        call.Return(call.Node("Mul", [column, row]));
    }
}
