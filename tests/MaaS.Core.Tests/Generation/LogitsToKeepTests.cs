using MaaS.Core.Generation;
using MaaS.Core.Tests.Generation.Batching;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation;

public sealed class LogitsToKeepTests
{
    [Test]
    public void Add_Decoder_ComputesLogitsOfTheLastTokensAlone()
    {
        var model = OnnxModel.Load(TinyDecoder.File);
        var before = model.Graph.Node.Count;

        Assert.That(LogitsToKeep.Add(model));
        Assert.That(LogitsToKeep.Add(model), "it is there already");

        using var graph = new DecoderGraph(InferenceModel.Load(model.ToByteArray()));
        using var whole = TinyDecoder.Load();
        long[] ids = [5, 6, 7, 8, 9, 10], mask = [1, 1, 1, 0, 1, 1], positions = [0, 1, 2, 0, 0, 1];
        using var expected = whole.Run(2, ids, mask, positions, whole.EmptyCache(2));
        foreach (var kept in new[] { 0, 1, 2 })
        {
            using var got = graph.Run(2, ids, mask, positions, graph.EmptyCache(2), null, kept);
            var count = kept == 0 ? 3 : kept;
            Assert.That(got[0].Shape.ToArray(), Is.EqualTo(new[] { 2, count, TinyDecoder.Vocabulary }));
            for (var row = 0; row < 2; row++)
            {
                var length = count * TinyDecoder.Vocabulary;
                var end = (row + 1) * 3 * TinyDecoder.Vocabulary;
                Assert.That(
                    got[0].AsSpan<float>().Slice(row * length, length).ToArray(),
                    Is.EqualTo(expected[0].AsSpan<float>()[(end - length)..end].ToArray()).Within(1e-5));
            }

            for (var i = 1; i < got.Count; i++)
            {
                Assert.That(got[i].AsSpan<float>().SequenceEqual(expected[i].AsSpan<float>()));
            }
        }

        Assert.That(model.Graph.Node, Has.Count.EqualTo(before + 3));
    }

    [Test]
    public void Add_GraphWithoutSuchLogits_LeavesItAsItWas()
    {
        var model = OnnxModel.Load(Path.Combine(
            TestContext.CurrentContext.TestDirectory, "Packages/Fixtures/linear.onnx"));
        var before = model.Clone().Proto;

        Assert.That(LogitsToKeep.Add(model), Is.False);
        Assert.That(model.Proto, Is.EqualTo(before));
    }
}
