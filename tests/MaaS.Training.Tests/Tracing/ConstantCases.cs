using static TorchSharp.torch;

namespace MaaS.Training.Tests.Tracing;

/// <summary>Tensors that a forward brings along.</summary>
internal static class ConstantCases
{
    public static IEnumerable<TracingCase> All()
    {
        yield return TracingCase.Of("arrays", [randn(2, 3)], static x =>
        [
            x[0] * tensor(new float[] { 1.5f, 2, 3 }), x[0] + tensor(new double[] { 0.1, 0.2, 0.3 }),
            x[0].matmul(arange(60).reshape(3, 20).to(ScalarType.Float32)), x[0]
                + tensor(0.1), x[0] > tensor(new long[] { 0, 1, 2 }),
        ]);
        var strided = randn(100, 3).t();
        yield return TracingCase.Of("strided", [randn(2, 3)], x => [x[0].matmul(strided)]);
        var half = arange(40).to(ScalarType.Float16);
        yield return TracingCase.Of("half", [ones(40, ScalarType.Float16)], x => [x[0] * half]);
        var mask = tensor(new bool[] { true, false });
        var none = zeros(0);
        yield return TracingCase.Of("bool_and_empty", [ones(2)], x => [x[0] * mask, x[0][mask], cat([none, x[0]])]);
        var complex = view_as_complex(ones(2, 2));
        yield return TracingCase.Of("complex", [ones(2)], x => [x[0] * complex, x[0] * complex.conj()]);
        yield return TracingCase.Of("returned", [randn(2, 3)], static _ => [zeros(2, 3).detach()]);
        var foreign = randn(2, 3);
        yield return TracingCase.Of("returned_foreign", [randn(2, 3)], _ => [foreign]);
        yield return TracingCase.Of("empty_input", [randn(2, 3), zeros(0)], static x => [x[0] + 1]);
    }
}
