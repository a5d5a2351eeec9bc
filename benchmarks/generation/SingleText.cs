using System.Diagnostics;
using MaaS.Core.Generation;
using MaaS.Onnx.Inference;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Generation;

/// <summary>Tokens a second of one text: the whole sequence each time, with a cache in torch, with a cache in ONNX
/// Runtime; in turns, the texts compared.</summary>
internal static class SingleText
{
    public static void Run(string[] args)
    {
        int Argument(int index, int otherwise) => args.Length > index ? int.Parse(args[index]) : otherwise;
        var (layers, width, tokens, rounds) = (Argument(0, 6), Argument(1, 384), Argument(2, 128), Argument(3, 3));
        random.manual_seed(1);
        using var model = new Gpt(new GptOptions
        {
            Vocabulary = 8192,
            Decoder = new()
            {
                Width = width,
                Layers = layers,
                Heads = width / 64,
                MaxLength = 1024,
                Activation = ActivationKind.GeluTanh,
            },
        });
        model.eval();
        var parameters = model.parameters().Sum(static p => p.numel());

        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.onnx");
        DecoderExport.Export(model).Model.Save(file);
        using var decoder = new DecoderGraph(InferenceModel.Load(file));
        File.Delete(file);

        long[] prompt = [.. Enumerable.Range(1, 16).Select(static i => (long)i * 31)];
        var options = new GenerationOptions { MaxNewTokens = tokens };
        (string Name, Func<long[]> Run)[] ways =
        [
            ("whole sequence each time", Uncached),
            ("cache, torch", () => [.. model.Generate(prompt, options).Select(static t => t.Id)]),
            ("cache, ONNX Runtime", Onnx),
        ];
        var texts = ways.Select(static w => w.Run()).ToArray();
        if (texts.Any(t => !t.SequenceEqual(texts[0])))
        {
            throw new InvalidOperationException("the ways wrote different texts");
        }

        var seconds = ways.Select(static _ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < ways.Length; i++)
            {
                var clock = Stopwatch.StartNew();
                ways[i].Run();
                seconds[i].Add(clock.Elapsed.TotalSeconds);
            }
        }

        Console.WriteLine(
            $"{parameters:N0} parameters, {layers} layers of {width}, prompt {prompt.Length}, {tokens} new tokens, "
                + $"{rounds} "
                + $"rounds, equal texts");
        for (var i = 0; i < ways.Length; i++)
        {
            Console.WriteLine(
                $"{ways[i].Name,-26} {tokens / seconds[i].Min(),8:F1} tokens/s   "
                    + $"{seconds[0].Min() / seconds[i].Min(),5:F1} "
                    + $"times");
        }

        long[] Onnx()
        {
            using var session = decoder.Start(1024);
            return [.. TokenGenerator.Generate(session, prompt, options).Select(static t => t.Id)];
        }

        long[] Uncached()
        {
            List<long> text = [.. prompt];
            var sampler = new TokenSampler(options);
            using var noGrad = no_grad();
            for (var i = 0; i < tokens; i++)
            {
                using var scope = NewDisposeScope();
                text.Add(
                    sampler.Next(model.call(tensor(text.ToArray(), [1, text.Count]))[0, -1].data<float>().ToArray()));
            }

            return [.. text.Skip(prompt.Length)];
        }
    }
}
