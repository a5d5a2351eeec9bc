namespace MaaS.Onnx.Inference;

/// <summary>Shapes of outputs that follow from those of the inputs: axes of one name have one size.</summary>
internal static class OutputShapes
{
    /// <summary>The shape of each output, or null where an axis is free and no input names it.</summary>
    public static long[][]? Of(InferenceModel model, IReadOnlyList<long[]> inputs)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Count; i++)
        {
            for (var axis = 0; axis < inputs[i].Length; axis++)
            {
                if (model.Inputs[i].AxisNames.ElementAtOrDefault(axis) is { } name
                    && sizes.TryAdd(name, inputs[i][axis]) is false
                    && sizes[name] != inputs[i][axis])
                {
                    return null;
                }
            }
        }

        var shapes = new long[model.Outputs.Count][];
        for (var i = 0; i < shapes.Length; i++)
        {
            shapes[i] = [.. model.Outputs[i].Shape];
            for (var axis = 0; axis < shapes[i].Length; axis++)
            {
                if (shapes[i][axis] < 0
                    && !(
                        model.Outputs[i].AxisNames.ElementAtOrDefault(axis) is { } name
                            && sizes.TryGetValue(name, out shapes[i][axis])))
                {
                    return null;
                }
            }
        }

        return shapes;
    }
}
