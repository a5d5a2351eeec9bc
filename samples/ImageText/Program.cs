// Pictures and words: a model that finds pictures by captions, and one that answers questions about them, to a server
// that takes a picture and a question in one request. Run: dotnet run -c Release --project samples/ImageText [pictures]
using System.Globalization;
using System.Net.Http.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving;
using MaaS.Text.Training;
using MaaS.Training.Data;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models.Transformers;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
manual_seed(1);
var random = new Random(1);

// Data: Fashion-MNIST's pictures, with captions and questions made of the names of their classes.
using var fashion = FashionMnist.Load();
using var train = fashion.Train.Take(count);
using var test = fashion.Test.Take(1_000);
string[] names = [.. train.Classes.Select(name => name.ToLowerInvariant())];
string[] captions = ["a photo of {0}", "here you see {0}", "{0} on a white ground"];
string Caption(long label) => captions[random.Next(captions.Length)].Replace("{0}", names[label]);
string Question(long label) => $"do you see {names[label]}?";
string[] texts = [.. captions, .. names, Question(0)];
var tokenizer = WordPieceTrainer.Train(texts, new() { VocabSize = 200, MinFrequency = 1 });
var preprocessing = new TextPreprocessing { MaxLength = 24 };
var encoder = new TextEncoder(preprocessing, tokenizer);
var image = new ImageEncoderOptions
{
    Patch = 7,
    Encoder = new() { Width = 48, Heads = 4, Layers = 2, FeedForward = 96, Dropout = 0 },
};
var text = new TransformerOptions { Width = 48, Heads = 4, Layers = 1, FeedForward = 96, Dropout = 0, MaxLength = 24 };
var options = new TrainerOptions { Epochs = 6, BatchSize = 128, LearningRate = 3e-3, Seed = 1 };

// Find: two towers, CLIP's loss with a learned temperature; pictures with captions of one class are each other's pairs.
var vocabulary = tokenizer.VocabSize;
using var finder = new ImageTextModel(new() { Vocabulary = vocabulary, Shared = 32, Image = image, Text = text });
var pairing = new ContrastiveTask<ImageTextModel, Pairs>((model, batch) => new(
    model.EmbedImages(batch.Images), model.EmbedTexts(batch.Ids, batch.Mask), model.Scale, batch.Keys));
var found = new Trainer(options).Fit(finder, pairing, Captioned(train), Captioned(test)).Epochs[^1].ValidationMetrics;
Console.Write($"retrieval: {found["recall_at_1"]:P1} of {test.Count} unseen pictures have a caption of theirs ");
Console.WriteLine("nearest, by chance 10 %");

// Answer: early fusion (patches and words in one encoder) beside late fusion (two encoders whose vectors meet).
var asking = new ClassificationTask<ImageTextClassifier, Pairs>(
    (model, batch) => new(model.call(batch.Images, batch.Ids, batch.Mask), batch.Keys));
ImageTextClassifier Answering(Fusion fusion)
{
    var model = new ImageTextClassifier(new() { Vocabulary = vocabulary, Image = image, Text = text, Fusion = fusion });
    var metrics = new Trainer(options).Fit(model, asking, Asked(train), Asked(test)).Epochs[^1].ValidationMetrics;
    Console.Write($"{fusion.ToString().ToLowerInvariant()} fusion: ");
    Console.WriteLine($"{metrics["accuracy"]:P1} of the answers right, by chance 50 %");
    return model;
}

using var late = Answering(Fusion.Late);
using var early = Answering(Fusion.Early);

// Export and package: pictures and texts are prepared in the server as they were here.
var (pixels, _) = test.GetBatch(arange(3), CPU);
var (ids, mask) = Encode([Question(0), Question(1), Question(2)]);
var export = OnnxExporter.Export(early, [pixels, ids, mask], new OnnxExportOptions
{
    InputNames = ["pixel_values", TextEncoder.InputIds, TextEncoder.AttentionMask],
    OutputNames = ["logits"],
    DynamicAxes = new()
    {
        { "pixel_values", 0, "batch" }, { TextEncoder.InputIds, 0, "batch" }, { TextEncoder.InputIds, 1, "sequence" },
        { TextEncoder.AttentionMask, 0, "batch" }, { TextEncoder.AttentionMask, 1, "sequence" },
    },
    TraceSizes = new Dictionary<string, IReadOnlyList<long>> { ["batch"] = [2, 3, 5], ["sequence"] = [7, 10, 24] },
});
var network = export.Model.ToByteArray();
using (var inference = InferenceModel.Load(network))
{
    var manifest = new ModelManifest
    {
        Name = "looks",
        Task = ModelManifest.Classification,
        Labels = ["no", "yes"],
        Inputs = inference.Inputs,
        Outputs = inference.Outputs,
        Preprocessing = train.Preprocessing,
        Text = preprocessing,
    };
    var files = new Dictionary<string, PackageContent>
    {
        [ModelPackage.ModelFile] = PackageContent.FromBytes(network),
        [TextPreprocessing.TokenizerFile] = PackageContent.FromBytes(tokenizer.ToJson()),
    };
    await ModelPackage.CreateAsync("looks.maas", manifest, files, new PackageWriteOptions { Overwrite = true });
}

// Serve: a picture and a question in one request.
await using var server = await ServingHost.StartAsync(
    o => o.ModelsPath = "looks.maas", "http://127.0.0.1:0", b => b.Logging.ClearProviders());
using var http = new HttpClient { BaseAddress = server.Address };
var own = test.LabelValues()[0];
foreach (var label in new[] { own, (own + 3) % 10 })
{
    var rows = test.Pixels(0).Select(value => (float)value).Chunk(28);
    using var response = await http.PostAsJsonAsync("/predict", new
    {
        instances = new[] { new { image = new[] { rows }, text = Question(label) } },
    });
    Console.WriteLine($"{Question(label)} {await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync()}");
}

TensorBatches<Pairs> Captioned(ImageDataset data) => Batches(data, label => (Caption(label), label));

// Half of the questions name the picture's own class; the key is the answer.
TensorBatches<Pairs> Asked(ImageDataset data) => Batches(data, label =>
{
    var other = random.Next(2) == 0 ? label : (label + random.Next(1, names.Length)) % names.Length;
    return (Question(other), other == label ? 1 : 0);
});

TensorBatches<Pairs> Batches(ImageDataset data, Func<long, (string Text, long Key)> pair)
{
    var (images, labels) = data.GetBatch(arange(data.Count), CPU);
    (string Text, long Key)[] pairs = [.. labels.data<long>().Select(pair)];
    var (tokens, tokenMask) = Encode([.. pairs.Select(p => p.Text)]);
    return new(new Pairs(images, tokens, tokenMask, tensor(pairs.Select(p => p.Key).ToArray())));
}

(Tensor Ids, Tensor Mask) Encode(string[] rows)
{
    var (tokens, tokenMask) = encoder.EncodeBatch(rows);
    static Tensor Torch(TensorValue value) => tensor(value.AsSpan<long>().ToArray(), value.Shape.ToArray());
    return (Torch(tokens), Torch(tokenMask));
}

// Pictures, the texts that go with them, and which class or answer that makes.
internal sealed record Pairs(Tensor Images, Tensor Ids, Tensor Mask, Tensor Keys);
