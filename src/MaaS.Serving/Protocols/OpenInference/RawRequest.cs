using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>A request whose body is one tensor and nothing else: the binary tensor extension with a header length of
/// 0.</summary>
internal static class RawRequest
{
    /// <summary>Makes the body the model's only input: a batch of one, of which one more axis may be of any
    /// size.</summary>
    /// <exception cref="RequestException">400: the body does not tell the shape.</exception>
    public static OpenInferenceRequest Read(ReadOnlyMemory<byte> body, RequestTensors tensors)
    {
        var only = tensors.Only("a JSON part");
        var spec = tensors.Specs[only];
        tensors.Complete(
            only,
            spec.Type == ElementType.String
                ? Text(spec, body) : BinaryTensor.Read(spec.Name, spec.Type, Shape(spec, body.Length), body));
        return new OpenInferenceRequest { IsBinary = true };
    }

    private static TensorValue Text(TensorSpec spec, ReadOnlyMemory<byte> body)
        => spec.Shape.All(s => s is 1 or -1) ? TensorValue.OfStrings([ByteText.Decode(body.Span)], spec.ShapeWith(1))
            : throw RequestException.BadRequest(
                $"input '{spec.Name}': expected a JSON part: the model takes more than one text, {spec.Description()}");

    private static long[] Shape(TensorSpec spec, int bytes)
    {
        var shape = spec.Shape.ToArray();
        var free = Enumerable.Range(spec.HasBatchAxis() && shape.Length > 1 ? 1 : 0, shape.Length)
            .Where(i => i < shape.Length && shape[i] < 0).ToArray();
        if (spec.HasBatchAxis() && shape.Length > 1)
        {
            shape[0] = 1;
        }

        if (free.Length > 1)
        {
            throw RequestException.BadRequest(
                $"input '{spec.Name}': expected a JSON part: a body alone does not tell the shape of "
                    + $"{spec.Description()}");
        }

        if (free is [var axis])
        {
            shape[axis] = 1;
            var rest = BinaryTensor.Count(spec.Name, shape) * spec.Type.Size();
            shape[axis] = rest == 0 ? 0 : bytes / rest;
        }

        return shape;
    }
}
