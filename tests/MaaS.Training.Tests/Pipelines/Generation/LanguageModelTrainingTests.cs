using MaaS.Core.Generation;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines.Generation;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines.Generation;

/// <summary>From texts to a package.</summary>
internal sealed class LanguageModelTrainingTests
{
    private static readonly string[] Animals = ["cat", "dog", "fox", "hen"], Places = ["mat", "log", "box", "pen"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-language-model-");

    private static LanguageModelOptions Small => new()
    {
        Vocabulary = 300,
        Width = 32,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        Context = 32,
        Dropout = 0,
    };

    private static TrainerOptions Options => LanguageModelTraining.DefaultTraining with
    {
        Epochs = 10,
        BatchSize = 8,
        LearningRate = 1e-2,
        Threads = 1,
        Device = "cpu",
    };

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [TestCase(LanguageModelOptions.Llama)]
    [TestCase(LanguageModelOptions.Gpt)]
    public async Task Train_SentencesOfOneForm_ForetellsAndGoesOnFromItsPackage(string architecture)
    {
        using var scope = NewDisposeScope();
        var (train, heldBack) = Corpus().Split(0.1, seed: 1);

        using var trained = LanguageModelTraining.Train(
            train, heldBack, Small with { Architecture = architecture, KeyValueHeads = null }, Options);

        // Two words of each sentence are drawn of four; the others follow.
        Assert.That(trained.Perplexity, Is.LessThan(3).And.GreaterThan(1));
        Assert.That(trained.CountedPerplexity, Is.GreaterThan(1));
        Assert.That(trained.Result.Epochs, Has.Count.EqualTo(10));
        Assert.That(
            trained.Result.Epochs[^1].ValidationMetrics[LanguageModelTraining.Metric],
            Is.LessThan(trained.Result.Epochs[0].ValidationMetrics[LanguageModelTraining.Metric]));

        var path = Path.Combine(_folder.FullName, $"{architecture}.maas");
        var manifest = await trained.PackAsync(path, "animals", "animals");
        Assert.That(manifest.Metrics!["perplexity"], Is.EqualTo(trained.Perplexity));
        using var generator = await TextGenerator.OpenAsync(path);
        var text = string.Concat(
            generator.Generate("the cat sat on the", new() { MaxNewTokens = 3 }).Select(static p => p.Text));
        Assert.That(Places.Any(p => text.StartsWith($" {p}", StringComparison.Ordinal)), text);

        using var again = await PretrainedDecoder.OpenAsync(path);
        var ids = tensor(new long[] { 5, 70, 80, 90 }, [1, 4]);
        Assert.That((again.Model.call(ids) - trained.Model.call(ids)).abs().max().item<float>(), Is.Zero);
        Assert.That(again.StopTokens, Is.EqualTo(new[] { "<|endoftext|>" }));
        Assert.That(again.Name, Is.EqualTo("animals"));
    }

    [Test]
    public void Train_Resumed_EndsAtTheWeightsOfTheUninterruptedRun()
    {
        using var scope = NewDisposeScope();
        var (train, heldBack) = Corpus().Split(0.1, seed: 1);
        var options = Options with
        {
            Epochs = 3,
            CheckpointPath = Path.Combine(_folder.FullName, "run.ckpt"),
            Resume = true,
        };
        using var whole = LanguageModelTraining.Train(train, heldBack, Small, Options with { Epochs = 3 });
        using var cancelled = new CancellationTokenSource();
        Assert.That(
            () => LanguageModelTraining.Train(
                train, heldBack, Small, options, new AfterEpoch(2, cancelled.Cancel), cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());

        using var resumed = LanguageModelTraining.Train(train, heldBack, Small, options);

        Assert.That(resumed.Result.Epochs, Has.Count.EqualTo(3));
        Assert.That(resumed.Perplexity, Is.EqualTo(whole.Perplexity));
    }

    [TestCase(300, "gpt", 2L, "KeyValueHeads of a llama alone")]
    [TestCase(100, "llama", null, "a vocabulary of at least 259")]
    [TestCase(300, "bert", null, "llama, gpt")]
    [TestCase(300, "llama", 3L, "Heads divisible by KeyValueHeads, got 4 and 3")]
    public void Validate_SizesThatDoNotFit_NamesThem(int vocabulary, string architecture, long? shared, string message)
        => Assert.That(
            () => (Small with { Vocabulary = vocabulary, Architecture = architecture, KeyValueHeads = shared })
                .Validate(),
            Throws.ArgumentException.With.Message.Contains(message));

    [Test]
    public void Train_TooLittleText_SaysHowMuchIsNeeded()
        => Assert.That(
            () => LanguageModelTraining.Train(new(["a cat"]), new(["a dog"]), Small,
                Options with { ValidationFraction = 0 }),
            Throws.ArgumentException.With.Message.Contains("at least 33 tokens"));

    internal static LanguageCorpus Corpus()
    {
        var random = new Random(1);
        string Any(string[] words) => words[random.Next(words.Length)];
        return new([.. Enumerable.Range(0, 120).Select(_ => string.Concat(Enumerable.Range(0, 6).Select(
            _ => $"the {Any(Animals)} sat on the {Any(Places)}. ")))]);
    }

    private sealed class AfterEpoch(int epoch, Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed?.Epoch == epoch)
            {
                action();
            }
        }
    }
}
