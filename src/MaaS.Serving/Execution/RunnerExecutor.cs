using MaaS.Onnx.Inference;

namespace MaaS.Serving.Execution;

/// <summary>
/// The end of the chain: hands each request to its model's own runner, and counts those with large tensors, whichever
/// way these came and however they are run.
/// </summary>
internal sealed class RunnerExecutor : IInferenceExecutor
{
    public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        LargeMemory.Count(BytesOf(request.Inputs.Span));
        var run = request.Model.Runner.RunAsync(request, cancellationToken);
        if (!run.IsCompletedSuccessfully)
        {
            return CountAsync(run);
        }

        var outputs = run.Result;
        LargeMemory.Count(BytesOf(outputs));
        return ValueTask.FromResult(outputs);
    }

    private static async ValueTask<InferenceOutputs> CountAsync(ValueTask<InferenceOutputs> run)
    {
        var outputs = await run.ConfigureAwait(false);
        LargeMemory.Count(BytesOf(outputs));
        return outputs;
    }

    private static long BytesOf(ReadOnlySpan<TensorValue> inputs)
    {
        long bytes = 0;
        foreach (var input in inputs)
        {
            bytes += BinaryTensor.Size(input);
        }

        return bytes;
    }

    private static long BytesOf(InferenceOutputs outputs)
    {
        long bytes = 0;
        for (var i = 0; i < outputs.Count; i++)
        {
            bytes += BinaryTensor.Size(outputs[i]);
        }

        return bytes;
    }
}
