using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>The inverse of the error function, for which ONNX has no operator.</summary>
internal static class InverseErf
{
    // Giles 2010, "Approximating the erfinv function", table 5 (single precision): a polynomial in w = −log(1 − x²) for
    // the middle and one in √w for the tails.
    private static readonly double[] Middle =
    [
        2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164,
        0.246640727, 1.50140941,
    ];

    private static readonly double[] Tails =
    [
        -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
        1.00167406, 2.83297682,
    ];

    public static void Lower(OperatorCall call)
    {
        var type = call.OutputType();
        if (type == DataType.Double)
        {
            throw call.Unsupported("erfinv in double precision; cast to float32");
        }

        string x = call.Cast(call.Tensor("self"), type), one = call.Scalar(1, type);
        string Number(double value) => call.Scalar(value, type);
        string Polynomial(double[] coefficients, string w) => coefficients.Skip(1).Aggregate(
            Number(coefficients[0]), (sum, c) => call.Node("Add", [call.Node("Mul", [sum, w]), Number(c)]));

        string w = call.Node("Neg", [call.Node("Log",
            [call.Node("Mul", [call.Node("Sub", [one, x]), call.Node("Add", [one, x])])])]);
        string middle = Polynomial(Middle, call.Node("Sub", [w, Number(2.5)]));
        string tails = Polynomial(Tails, call.Node("Sub", [call.Node("Sqrt", [w]), Number(3)]));
        string factor = call.Node("Where", [call.Node("Less", [w, Number(5)]), middle, tails]);
        string isEnd = call.Node("Equal", [call.Node("Abs", [x]), one]);
        call.Return(call.Node("Mul", [x, call.Node("Where", [isEnd, Number(double.PositiveInfinity), factor])]));
    }
}
