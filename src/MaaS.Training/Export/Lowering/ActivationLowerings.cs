namespace MaaS.Training.Export.Lowering;

/// <summary>Activations, and what evaluation turns into nothing.</summary>
internal static class ActivationLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::relu"] = Unary("Relu"),
        ["aten::relu6"] = call => call.Return(Clip(call, call.Tensor("self").Name, 0, 6)),
        ["aten::sigmoid"] = Unary("Sigmoid"),
        ["aten::tanh"] = Unary("Tanh"),
        ["aten::log_sigmoid"] = LogSigmoid,
        ["aten::silu"] = call => call.Return(Silu(call, call.Tensor("self").Name)),
        ["aten::mish"] = Mish,
        ["aten::gelu"] = Gelu,
        ["aten::elu"] = Elu,
        ["aten::selu"] = Unary("Selu"),
        ["aten::celu"] = call
            => call.Return(call.Node("Celu", [call.Tensor("self").Name], ("alpha", (float)call.Real("alpha", 1)))),
        ["aten::leaky_relu"] = call => call.Return(
            call.Node("LeakyRelu", [call.Tensor("self").Name], ("alpha", (float)call.Real("negative_slope", 0.01)))),
        ["aten::rrelu"] = RRelu,
        ["aten::prelu"] = PRelu,
        ["aten::_prelu_kernel"] = PRelu,
        ["aten::hardtanh"] = call => call.Return(
            Clip(call, call.Tensor("self").Name, call.Real("min_val", -1), call.Real("max_val", 1))),
        ["aten::hardsigmoid"] = call
            => call.Return(call.Node("HardSigmoid", [call.Tensor("self").Name], ("alpha", 1f / 6))),
        ["aten::hardswish"] = Unary("HardSwish"),
        ["aten::hardshrink"] = call => call.Return(Shrink(call, bias: 0)),
        ["aten::softshrink"] = call => call.Return(Shrink(call, bias: call.Real("lambd", 0.5))),
        ["aten::softplus"] = Softplus,
        ["aten::softsign"] = Unary("Softsign"),
        ["aten::threshold"] = Threshold,
        ["aten::glu"] = Glu,
        ["aten::softmax"] = Softmax("Softmax"),
        ["aten::_softmax"] = Softmax("Softmax"),
        ["aten::special_softmax"] = Softmax("Softmax"),
        ["aten::log_softmax"] = Softmax("LogSoftmax"),
        ["aten::_log_softmax"] = Softmax("LogSoftmax"),
        ["aten::special_log_softmax"] = Softmax("LogSoftmax"),
        ["aten::dropout"] = Dropout,
        ["aten::feature_dropout"] = Dropout,
        ["aten::alpha_dropout"] = Dropout,
        ["aten::feature_alpha_dropout"] = Dropout,
    };

    /// <summary>An operator that ONNX has under its own name.</summary>
    internal static OperatorLowering Unary(string op) => call => call.Return(call.Node(op, [call.Tensor("self").Name]));

    internal static string Silu(OperatorCall call, string x) => call.Node("Mul", [x, call.Node("Sigmoid", [x])]);

    private static string Clip(OperatorCall call, string x, double min, double max) =>
        call.Node("Clip", [x, call.Scalar(min, call.OutputType()), call.Scalar(max, call.OutputType())]);

    // −softplus(−x)
    private static void LogSigmoid(OperatorCall call) => call.Return(
        call.Node("Neg", [call.Node("Softplus", [call.Node("Neg", [call.Tensor("self").Name])])]));

    private static void Mish(OperatorCall call)
    {
        string x = call.Tensor("self").Name;
        call.Return(call.Node("Mul", [x, call.Node("Tanh", [call.Node("Softplus", [x])])]));
    }

    // x / 2 · (1 + erf(x / √2)), in the order of nodes that ONNX Runtime fuses; or its tanh approximation.
    private static void Gelu(OperatorCall call)
    {
        string x = call.Tensor("self").Name;
        var type = call.OutputType();
        string one = call.Scalar(1, type), half = call.Scalar(0.5, type);
        if (call.Text("approximate") == "tanh")
        {
            string cube = call.Node("Mul", [call.Node("Mul", [x, x]), x]);
            string inner = call.Node("Add", [x, call.Scale(cube, 0.044715, type)]);
            string tanh = call.Node("Tanh", [call.Scale(inner, Math.Sqrt(2 / Math.PI), type)]);
            call.Return(call.Node("Mul", [call.Node("Mul", [x, half]), call.Node("Add", [tanh, one])]));
            return;
        }
        string erf = call.Node("Erf", [call.Node("Div", [x, call.Scalar(Math.Sqrt(2), type)])]);
        call.Return(call.Node("Mul", [call.Node("Mul", [x, call.Node("Add", [erf, one])]), half]));
    }

    // scale · (max(0, x) + alpha · (exp(min(0, input_scale · x)) − 1))
    private static void Elu(OperatorCall call)
    {
        if (call.Real("input_scale", 1) != 1)
        {
            throw call.Unsupported("elu with an input scale other than 1");
        }

        double scale = call.Real("scale", 1);
        string elu = call.Node("Elu", [call.Tensor("self").Name], ("alpha", (float)call.Real("alpha", 1)));
        call.Return(call.Scale(elu, scale, call.OutputType()));
    }

    private static void RRelu(OperatorCall call)
    {
        RefuseTraining(call, "training");
        double slope = (call.Real("lower", 1.0 / 8) + call.Real("upper", 1.0 / 3)) / 2;
        call.Return(call.Node("LeakyRelu", [call.Tensor("self").Name], ("alpha", (float)slope)));
    }

    // torch's weight (C) lies along axis 1, ONNX's broadcasts from the right.
    private static void PRelu(OperatorCall call)
    {
        var x = call.Tensor("self");
        var weight = call.Tensor("weight");
        string slope = weight.Name;
        if (weight.Rank == 1 && x.Rank > 2 && !weight.Shape[0].Is(1))
        {
            slope = call.Node(
                "Unsqueeze", [slope, call.Graph.Ints([.. Enumerable.Range(1, x.Rank - 2).Select(i => (long)i)])]);
        }

        call.Return(call.Node("PRelu", [x.Name, slope]));
    }

    private static string Shrink(OperatorCall call, double bias) => call.Node(
        "Shrink", [call.Tensor("self").Name], ("lambd", (float)call.Real("lambd", 0.5)), ("bias", (float)bias));

    // log(1 + exp(beta · x)) / beta, and x itself where beta · x is above the threshold (equal there in float32).
    private static void Softplus(OperatorCall call)
    {
        var type = call.OutputType();
        double beta = call.Real("beta", 1);
        string x = call.Tensor("self").Name;
        string soft = call.Node("Softplus", [call.Scale(x, beta, type)]);
        soft = call.Scale(soft, 1 / beta, type);
        string linear = call.Node(
            "Greater", [call.Scale(x, beta, type), call.Scalar(call.Real("threshold", 20), type)]);
        call.Return(call.Real("threshold", 20) >= 20 ? soft : call.Node("Where", [linear, x, soft]));
    }

    private static void Threshold(OperatorCall call)
    {
        var type = call.OutputType();
        string x = call.Tensor("self").Name;
        string above = call.Node("Greater", [x, call.Scalar(call.Real("threshold"), type)]);
        call.Return(call.Node("Where", [above, x, call.Scalar(call.Real("value"), type)]));
    }

    private static void Glu(OperatorCall call)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dim", -1));
        string[] halves = call.Graph.Nodes("Split", [x.Name], 2, ("axis", axis));
        call.Return(call.Node("Mul", [halves[0], call.Node("Sigmoid", [halves[1]])]));
    }

    private static OperatorLowering Softmax(string op) => call =>
    {
        var x = call.Tensor("self");
        string value = call.Cast(x, call.OutputType());
        if (x.Rank == 0)
        {
            // A scalar is its own whole: softmax is 1, log-softmax is 0.
            call.Return(call.Scalar(op == "Softmax" ? 1 : 0, call.OutputType()));
            return;
        }
        call.Return(
            call.Node(op, [value], ("axis", call.Int("dim") < 0 ? call.Int("dim") : Negative(x, call.Int("dim")))));
    };

    // The last axis is −1 whatever the rank, which ONNX Runtime's fusions look for.
    private static long Negative(TracedTensor x, long axis) => axis == x.Rank - 1 ? -1 : axis;

    private static void Dropout(OperatorCall call)
    {
        RefuseTraining(call, "train");
        call.Return(call.Tensor("input").Name);
    }

    internal static void RefuseTraining(OperatorCall call, string argument)
    {
        if (call.Flag(argument))
        {
            throw call.Unsupported(
                "the operator runs in training mode although the module is in evaluation mode; "
                + "pass the module's 'training' instead of true");
        }
    }
}
