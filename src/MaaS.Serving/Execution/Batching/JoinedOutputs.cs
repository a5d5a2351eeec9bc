using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution.Batching;

/// <summary>Cuts the outputs of a shared run apart.</summary>
internal static class JoinedOutputs
{
    /// <exception cref="InferenceException">
    /// An output does not have one entry a row; the outputs are disposed.
    /// </exception>
    public static void ThrowIfNotRows(InferenceOutputs outputs, int rows, string model)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Shape.IsEmpty || outputs[i].Shape[0] != rows)
            {
                var got = outputs[i].ToString();
                outputs.Dispose();
                throw new InferenceException(
                    $"{model}: expected {rows} rows of '{outputs.Specs[i].Name}' for as many inputs, got {got}.");
            }
        }
    }

    /// <summary>The rows of each request, as views; the last to be disposed gives the memory back.</summary>
    public static InferenceOutputs[] Split(InferenceOutputs outputs, IReadOnlyList<PendingRequest> requests)
    {
        var wanted = requests.Select(r => Wanted(outputs, r.Request.Outputs)).ToArray();
        var owner = new SharedOwner(outputs, wanted.Sum(w => w.Length));
        var parts = new InferenceOutputs[requests.Count];
        var row = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var (first, rows) = (row, requests[i].Rows);
            parts[i] = new InferenceOutputs(
                Array.ConvertAll(wanted[i], o => Rows(outputs[o], first, rows, owner)), Array.ConvertAll(
                    wanted[i], o => outputs.Specs[o]));
            row += rows;
        }

        return parts;
    }

    private static int[] Wanted(InferenceOutputs outputs, IReadOnlyList<string>? names)
    {
        var all = Enumerable.Range(0, outputs.Count);
        return names is null ? [.. all] : [.. names.Select(n => all.First(o => outputs.Specs[o].Name == n))];
    }

    private static TensorValue Rows(TensorValue output, int row, int rows, IDisposable owner)
    {
        long[] shape = [rows, .. output.Shape[1..]];
        if (output.Type == ElementType.String)
        {
            var size = output.Strings.Length / (int)output.Shape[0];
            var strings = output.Strings.Slice(row * size, rows * size).ToArray();
            owner.Dispose();
            return TensorValue.OfStrings(strings, shape);
        }

        var bytes = output.Data.Length / (int)output.Shape[0];
        return new TensorValue(output.Type, shape, output.Data.Slice(row * bytes, rows * bytes), owner);
    }
}
