using MaaS.Core.Generation;
using MaaS.Core.Generation.Adapters;
using MaaS.Core.Generation.Batching;
using MaaS.Core.Tests.Generation.Batching;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Tests;

namespace MaaS.Core.Tests.Generation.Adapters;

/// <summary>Texts with adapters beside each other, compared with networks whose weights were changed by A B.</summary>
public sealed class AdapterInputsTests
{
    private static readonly string[] Adapted = [.. Enumerable.Range(0, TinyDecoder.Layers).SelectMany(static n => new[]
    {
        $"decoder.layers.{n}.attention.query", $"decoder.layers.{n}.attention.value",
        $"decoder.layers.{n}.feedForward.up",
    })];

    private static (float[] Down, float[] Up, int Rank) Matrices(Random random, string layer, int rank)
    {
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5) * 3)];
        return (Draw(32 * rank), Draw(rank * (layer.EndsWith("up", StringComparison.Ordinal) ? 128 : 32)), rank);
    }

    private static Dictionary<string, (float[] Down, float[] Up, int Rank)> Layers(int seed, int rank)
    {
        var random = new Random(seed);
        return Adapted.Skip(seed % 2).ToDictionary(static l => l, l => Matrices(random, l, rank));
    }

    // The oracle: W + A B in place of W.
    private static DecoderGraph Merged(Dictionary<string, (float[] Down, float[] Up, int Rank)> layers)
    {
        var model = OnnxModel.Load(TinyDecoder.File);
        foreach (var (layer, (down, up, rank)) in layers)
        {
            var node = model.Graph.Node.Single(n => n.Name == layer + "/MatMul");
            var weight = model.Graph.Initializer.Single(i => i.Name == node.Input[1]);
            var values = weight.RawData.Length > 0
                ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray()
                : [.. weight.FloatData];
            var width = up.Length / rank;
            for (var i = 0; i < values.Length; i++)
            {
                for (var r = 0; r < rank; r++)
                {
                    values[i] += down[(i / width * rank) + r] * up[(r * width) + (i % width)];
                }
            }

            weight.FloatData.Clear();
            weight.RawData = Google.Protobuf.ByteString.CopyFrom(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values));
        }

        return new DecoderGraph(InferenceModel.Load(model.ToByteArray()));
    }

    private static DecoderGraph WithInputs(IEnumerable<string> layers)
    {
        var model = OnnxModel.Load(TinyDecoder.File);
        AdapterInputs.Add(model, layers);
        LogitsToKeep.Add(model);
        return new DecoderGraph(InferenceModel.Load(model.ToByteArray()));
    }

    [Test]
    public async Task GenerateAsync_AdaptersBesideEachOther_WriteWhatMergedNetworksWrite()
    {
        var layers = new[] { Layers(1, 2), Layers(2, 4), Layers(3, 3) };
        var merged = layers.Select(Merged).Append(TinyDecoder.Load()).ToArray();
        using var engine = new GenerationEngine(
            WithInputs(Adapted), TinyDecoder.MaxLength, new() { MaxRows = 6, ChunkLength = 9 },
            [.. layers.Select((l, i) => AdapterWeights.Of($"a{i}", l))]);
        var random = new Random(4);
        var same = TinyDecoder.Prompt(random, 60);
        var requests = Enumerable.Range(0, 40).Select(i => (
            Prompt: random.Next(2) == 0 ? same : TinyDecoder.Prompt(random, random.Next(1, 80)),
            Adapter: i % 4, Options: new GenerationOptions { MaxNewTokens = random.Next(1, 30) })).ToArray();

        var texts = await Task.WhenAll(requests.Select(r => Task.Run(async () => await engine.GenerateAsync(
            r.Prompt, r.Options with { Adapter = r.Adapter == 3 ? null : $"a{r.Adapter}" }).ToArrayAsync())));

        for (var i = 0; i < requests.Length; i++)
        {
            var (prompt, adapter, options) = requests[i];
            Assert.That(
                texts[i].Select(static t => t.Id),
                Is.EqualTo(TinyDecoder.Alone(merged[adapter], prompt, options).Select(static t => t.Id)),
                $"request {i}");
        }

        Assert.That(engine.Adapters, Is.EqualTo(new[] { "a0", "a1", "a2" }));
        Assert.That(
            texts.Zip(requests).Where(t => t.Second.Prompt == same).Select(static t => t.First[0].Id).Distinct()
                .Count(),
            Is.GreaterThan(1), "adapters change what is written");
        foreach (var graph in merged)
        {
            graph.Dispose();
        }
    }

    [Test]
    public void GenerateAsync_UnknownAdapter_IsRefusedByName()
    {
        using var engine = new GenerationEngine(
            WithInputs(Adapted), TinyDecoder.MaxLength, null, [AdapterWeights.Of("mine", Layers(2, 2))]);

        Assert.That(
            () => engine.GenerateAsync([1], new() { Adapter = "other" }),
            Throws.TypeOf<ModelInputException>().With.Message.Contains("among [mine], got 'other'"));
    }

    [Test]
    public void Create_AdapterOfOtherLayers_IsRefusedByLayer()
    {
        using var graph = WithInputs(Adapted[..1]);

        Assert.That(
            () => new GenerationEngine(
                graph, TinyDecoder.MaxLength, null, [AdapterWeights.Of("mine", Layers(2, 2))]),
            Throws.ArgumentException.With.Message.Contains(
                "adapter 'mine' has a layer 'decoder.layers.0.attention.value'"));
    }

    [Test]
    public void Save_AndRead_GiveTheSame()
    {
        using var folder = new TemporaryFolder();
        AdapterWeights.Of("mine", Layers(2, 3)).Save(folder["mine.safetensors"]);

        var read = AdapterWeights.FromSafeTensors("mine", File.ReadAllBytes(folder["mine.safetensors"]));

        Assert.That((read.Name, read.Rank, read.Layers.Count), Is.EqualTo(("mine", 3, Adapted.Length)));
        foreach (var (layer, matrices) in Layers(2, 3))
        {
            Assert.That(read.Layer(layer)!.Down, Is.EqualTo(matrices.Down));
            Assert.That(read.Layer(layer)!.Up, Is.EqualTo(matrices.Up));
        }
    }

    [Test]
    public void FromSafeTensors_BrokenFiles_AreRefused()
    {
        using var folder = new TemporaryFolder();
        AdapterWeights.Of("mine", Layers(2, 3)).Save(folder["mine.safetensors"]);
        var bytes = File.ReadAllBytes(folder["mine.safetensors"]);
        for (var length = 0; length < bytes.Length; length += 97)
        {
            Assert.That(
                () => AdapterWeights.FromSafeTensors("mine", bytes.AsSpan(0, length)),
                Throws.TypeOf<InvalidDataException>());
        }

        SafeTensors(folder["odd.safetensors"], ("x.lora_a", new long[] { 4, 2 }));
        Assert.That(
            () => AdapterWeights.FromSafeTensors("odd", File.ReadAllBytes(folder["odd.safetensors"])),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("x.lora_b (r, out)")
                .And.Message.Contains("none"));
        SafeTensors(folder["odd.safetensors"], ("x.lora_a", new long[] { 4, 2 }), ("x.lora_b", new long[] { 3, 4 }));
        Assert.That(
            () => AdapterWeights.FromSafeTensors("odd", File.ReadAllBytes(folder["odd.safetensors"])),
            Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Add_UnknownLayer_NamesThoseThatThereAre()
    {
        var model = OnnxModel.Load(TinyDecoder.File);

        Assert.That(AdapterInputs.Layers(model), Is.SupersetOf(Adapted));
        Assert.That(
            () => AdapterInputs.Add(model, ["nothing"]),
            Throws.ArgumentException.With.Message.Contains("'nothing'").And.Message.Contains(Adapted[0]));
    }

    private static void SafeTensors(string path, params (string Name, long[] Shape)[] tensors)
        => Core.Packages.SafeTensorsFile.Write(path, tensors.ToDictionary(
            static t => t.Name, static t => TensorValue.Of(new float[t.Shape[0] * t.Shape[1]], t.Shape)));
}
