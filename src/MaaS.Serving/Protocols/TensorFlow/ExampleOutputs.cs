using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>What classify and regress answer with.</summary>
internal static class ExampleOutputs
{
    /// <summary>The output that classify reads: float32 (N, classes).</summary>
    /// <exception cref="RequestException">400: the model has none.</exception>
    public static TensorSpec ScoresOf(ServedModel model)
        => model.Outputs.FirstOrDefault(o => o is { Type: ElementType.Float32, Shape.Count: 2 })
            ?? throw Unfit("classify", "float32 scores of shape (N, classes)", model);

    /// <summary>The output that regress reads: float32 (N) or (N, 1).</summary>
    /// <exception cref="RequestException">400: the model has none.</exception>
    public static TensorSpec ValuesOf(ServedModel model)
        => model.Outputs.FirstOrDefault(o => o is { Type: ElementType.Float32, Shape: [_] or [_, 1] })
            ?? throw Unfit("regress", "float32 values of shape (N) or (N, 1)", model);

    /// <exception cref="RequestException">400: an output has not one entry for each example.</exception>
    public static void ThrowIfNoRows(string method, InferenceOutputs outputs, int rows)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Shape.IsEmpty || outputs[i].Shape[0] != rows)
            {
                throw RequestException.BadRequest(
                    $"{method}: expected one entry for each of {rows} examples, the model gives "
                        + $"{outputs.Specs[i].Name}: {outputs[i]}");
            }
        }
    }

    /// <summary>Label and score of every class, by row: probabilities of a package that classifies, else the model's
    /// scores.</summary>
    /// <param name="model">The model.</param>
    /// <param name="scores">(N, classes), float32.</param>
    /// <returns>One list a row; labels are empty where the model has none.</returns>
    public static IEnumerable<(string Label, float Score)[]> Classes(ServedModel model, TensorValue scores)
    {
        var (rows, classes) = ((int)scores.Shape[0], (int)scores.Shape[1]);
        var labels = model.Manifest?.Labels?.Count == classes ? model.Manifest.Labels : null;
        var isLogits = model.Manifest?.Task == ModelManifest.Classification && classes > 0;
        var values = new float[classes];
        for (var row = 0; row < rows; row++)
        {
            var own = scores.AsSpan<float>().Slice(row * classes, classes);
            if (isLogits)
            {
                Softmax.Compute(own, values);
            }
            else
            {
                own.CopyTo(values);
            }

            yield return [.. values.Select((score, i) => (labels?[i] ?? "", score))];
        }
    }

    private static RequestException Unfit(string method, string expected, ServedModel model)
        => RequestException.BadRequest(
            $"{method}: expected a model with {expected}, '{model.Name}' has {string.Join("; ", model.Outputs)}; use "
                + "predict");
}
