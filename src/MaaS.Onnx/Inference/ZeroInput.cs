namespace MaaS.Onnx.Inference;

/// <summary>Zeros as a model's input, to warm it up.</summary>
internal static class ZeroInput
{
    /// <summary>One sample of zeros, free axes having size 1.</summary>
    /// <param name="model">What errors call the model.</param>
    /// <param name="input">The input.</param>
    /// <exception cref="InferenceException">One sample does not fit memory.</exception>
    public static TensorValue Of(string model, TensorSpec input)
    {
        try
        {
            var shape = input.ShapeWith(1);
            var count = checked((int)TensorShape.Count(shape));
            return input.Type == ElementType.String
                ? TensorValue.OfStrings([.. Enumerable.Repeat("", count)], shape)
                : new TensorValue(input.Type, shape, new byte[checked(count * input.Type.Size())]);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException or OutOfMemoryException)
        {
            throw new InferenceException(
                $"{model}: expected an input of which one sample fits memory, the model has {input}.", e);
        }
    }
}
