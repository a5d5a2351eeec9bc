using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Onnx.Tests.Quantization;

/// <summary>The trained networks and the data that Fixtures/make_models.py wrote.</summary>
internal static class ModelFixture
{
    public const int Pixels = 14 * 14;

    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllBytes(ReferenceFixture.PathOf("models.json"))).RootElement;

    public static OnnxModel Load(string name) => OnnxModel.Load(ReferenceFixture.PathOf(name + ".onnx"));

    public static bool ReadsTokens(string name) => name is "transformer" or "lstm";

    /// <summary>The accuracy that PyTorch had on the test data.</summary>
    public static double ExpectedAccuracy(string name) => Root.GetProperty(name).GetProperty("accuracy").GetDouble();

    /// <summary>Calibration inputs in batches.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, TensorValue>> Calibration(string name, int batchSize = 32) =>
        Batches(name, "calibration_images", "calibration_tokens", batchSize).Select(Named);

    /// <summary>The share of test samples that a model gets right.</summary>
    public static double Accuracy(InferenceModel model, string name)
    {
        int[] labels = Labels(name);
        int right = 0, at = 0;
        foreach (var input in Batches(name, "images", "tokens", 100))
        {
            using var outputs = model.Run(input);
            var logits = outputs[0].AsSpan<float>();
            int classes = (int)outputs[0].Shape[1];
            for (int i = 0; i < outputs[0].Shape[0]; i++, at++)
            {
                var row = logits.Slice(i * classes, classes);
                if (row.IndexOf(Max(row)) == labels[at])
                {
                    right++;
                }
            }
        }
        return (double)right / at;
    }

    /// <summary>The share of test samples that a model gets right.</summary>
    public static double Accuracy(OnnxModel model, string name)
    {
        using var session = InferenceModel.Load(model.ToByteArray(), name, new InferenceOptions { IntraOpThreads = 1 });
        return Accuracy(session, name);
    }

    public static int[] Labels(string name) =>
        [.. Root.GetProperty(ReadsTokens(name) ? "token_labels" : "labels").EnumerateArray()
            .Select(static v => v.GetInt32())];

    /// <summary>The test inputs in batches.</summary>
    public static IEnumerable<TensorValue> Test(string name, int batchSize = 100)
        => Batches(name, "images", "tokens", batchSize);

    private static IReadOnlyDictionary<string, TensorValue> Named(TensorValue input) =>
        new Dictionary<string, TensorValue> { ["input"] = input };

    private static IEnumerable<TensorValue> Batches(string name, string images, string tokens, int size)
        => ReadsTokens(name)
        ? Root.GetProperty(tokens).EnumerateArray().Chunk(size).Select(static rows => TensorValue.Of(
            rows.SelectMany(static row => row.EnumerateArray().Select(static id => id.GetInt64())).ToArray(),
            rows.Length, 16))
        : Root.GetProperty(images).GetBytesFromBase64().Chunk(size * Pixels).Select(static pixels => TensorValue.Of(
            Array.ConvertAll(pixels, static pixel => pixel / 255f), pixels.Length / Pixels, 1, 14, 14));

    private static float Max(ReadOnlySpan<float> row)
    {
        float max = row[0];
        foreach (float value in row)
        {
            max = Math.Max(max, value);
        }

        return max;
    }
}
