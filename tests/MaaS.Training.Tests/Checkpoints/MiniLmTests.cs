using MaaS.Onnx.Inference;
using MaaS.Training.Checkpoints;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>The real weights of a sentence encoder, read out of its ONNX file, against ONNX Runtime on that
/// file.</summary>
internal sealed class MiniLmTests
{
    [Test]
    public void LoadModel_OnnxFile_GivesTheVectorsOfOnnxRuntime()
    {
        var folder = PretrainedWeights.Find(PretrainedWeights.MiniLm);
        var tokenizer = CheckpointTokenizer.Load(folder);
        long[][] rows = [.. new[]
        {
            "A model as a service.",
            "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse",
            "x",
        }.Select(text => tokenizer.Encode(text).Ids.Select(static i => (long)i).ToArray())];
        var length = rows.Max(static r => r.Length);
        long[] ids = [.. rows.SelectMany(r => r.Concat(new long[length - r.Length]))];
        long[] mask = [.. rows.SelectMany(r => Enumerable.Range(0, length).Select(i => i < r.Length ? 1L : 0))];

        var (model, report) = BertCheckpoint.LoadModel(folder);

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using (model)
        using (var file = InferenceModel.Load(Path.Combine(folder, "model.onnx")))
        {
            Assert.That(report.IsComplete, report.ToString());
            var idTensor = tensor(ids, [rows.Length, length]);
            var maskTensor = tensor(mask, [rows.Length, length]);
            using var expected = file.Run(new Dictionary<string, TensorValue>
            {
                ["input_ids"] = TensorValues.Of(idTensor),
                ["attention_mask"] = TensorValues.Of(maskTensor),
                ["token_type_ids"] = TensorValues.Of(zeros_like(idTensor)),
            });
            var vectors = model.call(idTensor, maskTensor, null);   // (B, T, 384)
            var difference = (vectors - TensorValues.ToTensor(expected["last_hidden_state"])) * maskTensor.unsqueeze(2);
            Assert.That(difference.abs().max().item<float>(), Is.LessThan(1e-5));
            Assert.That(vectors.abs().max().item<float>(), Is.GreaterThan(0.1));
        }
    }
}
