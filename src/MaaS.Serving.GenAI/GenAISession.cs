using System.Numerics.Tensors;
using MaaS.Core.Generation;
using MaaS.Onnx.Inference;
using Microsoft.ML.OnnxRuntimeGenAI;
using NativeTensor = Microsoft.ML.OnnxRuntimeGenAI.Tensor;
using NativeType = Microsoft.ML.OnnxRuntimeGenAI.ElementType;

namespace MaaS.Serving.GenAI;

/// <summary>One text of a model of GenAI, which computes logits alone: tokens are chosen as for every other
/// model.</summary>
/// <param name="name">What errors call the model.</param>
/// <param name="maxLength">Longest sequence in tokens.</param>
/// <param name="generator">Without tokens; disposed with this.</param>
internal sealed class GenAISession(string name, long maxLength, Generator generator) : IDecoderSession
{
    private const string Logits = "logits";

    public long MaxLength => maxLength;

    public long Length { get; private set; }

    public ReadOnlyMemory<float> Append(ReadOnlySpan<long> tokens, CancellationToken cancellationToken = default)
    {
        if (tokens.IsEmpty || tokens.Length > MaxLength - Length)
        {
            throw new ArgumentException(
                $"{name}: expected 1 to {MaxLength - Length} tokens, got {tokens.Length}.", nameof(tokens));
        }

        cancellationToken.ThrowIfCancellationRequested();
        using var registration = cancellationToken.UnsafeRegister(
            static g => ((Generator)g!).SetRuntimeOption("terminate_session", "1"), generator);
        try
        {
            var ids = new int[tokens.Length];
            TensorPrimitives.ConvertChecked(tokens, ids);
            generator.AppendTokens(ids);
            Length += tokens.Length;
            using var logits = generator.GetOutput(Logits);
            return Last(logits);
        }
        catch (OnnxRuntimeGenAIException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new InferenceException($"{name}: the model failed on {tokens.Length} tokens: {e.Message}", e);
        }
    }

    public void Dispose() => generator.Dispose();

    // (1, T, V), of which T may be the last token's alone.
    private float[] Last(NativeTensor logits)
    {
        var last = new float[logits.Shape()[^1]];
        switch (logits.Type())
        {
            case NativeType.float32:
                logits.GetData<float>()[^last.Length..].CopyTo(last);
                return last;
            case NativeType.float16:
                TensorPrimitives.ConvertToSingle(logits.GetData<Half>()[^last.Length..], last);
                return last;
            default:
                throw new InferenceException($"{name}: expected logits of float32 or float16, got {logits.Type()}.");
        }
    }
}
