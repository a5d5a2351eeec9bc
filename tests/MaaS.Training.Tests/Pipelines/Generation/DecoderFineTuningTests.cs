using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Text.Training;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Models.Transformers.Lora;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines.Generation;

/// <summary>Training that goes on from a checkpoint.</summary>
internal sealed class DecoderFineTuningTests
{
    private static readonly string[] Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    private static readonly LoraOptions AllLayers = new()
    {
        Rank = 4,
        Alpha = 8,
        Targets = ["query", "key", "value", "output", "gate", "up", "down"],
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-fine-tuning-");

    private static TrainerOptions Options => DecoderFineTuning.DefaultTraining with
    {
        Epochs = 8,
        LearningRate = 1e-2,
        Threads = 1,
        Device = "cpu",
    };

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public async Task FineTune_LoraOnChats_LearnsAnswersAndKeepsAdaptersThatGiveTheSameModel()
    {
        using var scope = NewDisposeScope();
        var (folder, adapters) = (Checkpoint(), Path.Combine(_folder.FullName, "adapters"));
        using (var fresh = PretrainedDecoder.Open(folder))
        {
            DecoderFineTuning.FineTune(
                fresh, LanguageModelTrainingTests.Corpus(), new() { Context = 24 }, Options with { Epochs = 2 });
            DecoderCheckpoint.Save(folder, fresh.Model);
        }

        using var start = PretrainedDecoder.Open(folder);

        var trained = DecoderFineTuning.FineTune(
            start, Chats(), new() { Lora = AllLayers, AdapterFolder = adapters }, Options with { Epochs = 20 });

        Assert.That(trained.Perplexity, Is.LessThan(trained.StartPerplexity!.Value / 10));
        Assert.That(trained.StopTokens, Is.EqualTo(new[] { "<|endoftext|>", "<|im_end|>" }));

        using var untouched = PretrainedDecoder.Open(folder);
        var ids = tensor(new long[] { 1, 60, 70, 80, 2 }, [1, 5]);
        var before = untouched.Model.call(ids);
        using (var adapted = LoraCheckpoint.Load(adapters, untouched.Model))
        {
            Assert.That((adapted.call(ids) - trained.Model.call(ids)).abs().max().item<float>(), Is.LessThan(1e-4));
        }

        Assert.That((trained.Model.call(ids) - before).abs().max().item<float>(), Is.GreaterThan(0.1));

        var path = Path.Combine(_folder.FullName, "chat.maas");
        await trained.PackAsync(path, "chat", "answers");
        using var package = await ModelPackage.OpenAsync(path);
        var template = await ChatTemplate.OfPackageAsync(package);
        Assert.That(
            template!.Render([new("user", "hi")]),
            Is.EqualTo("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"));
        Assert.That(package.Manifest.Generation!.StopTokens, Is.EqualTo(new long[] { 0, 2 }));
    }

    [Test]
    public void FineTune_AllWeightsOnTexts_ForetellsThemBetter()
    {
        using var start = PretrainedDecoder.Open(Checkpoint());

        var trained = DecoderFineTuning.FineTune(
            start, LanguageModelTrainingTests.Corpus(), new() { Context = 24 }, Options with { Epochs = 2 });

        Assert.That(trained.Perplexity, Is.LessThan(trained.StartPerplexity!.Value / 10));
        Assert.That(trained.Start, Is.EqualTo(start.Name));
    }

    [Test]
    public void FineTune_LoraOnTexts_LeavesOtherWeightsBitForBit()
    {
        using var scope = NewDisposeScope();
        var folder = Checkpoint();
        using var start = PretrainedDecoder.Open(folder);
        using var untouched = PretrainedDecoder.Open(folder);

        DecoderFineTuning.FineTune(
            start, LanguageModelTrainingTests.Corpus(), new() { Lora = new(), Context = 24 },
            Options with { Epochs = 1 });

        var before = untouched.Model.state_dict();
        var changed = start.Model.state_dict().Where(p => !p.Value.eq(before[p.Key]).all().item<bool>())
            .Select(static p => p.Key.Split('.')[^2]).Distinct();
        Assert.That(changed, Is.EquivalentTo(new[] { "query", "value" }));
    }

    [Test]
    public void FineTune_WhatDoesNotFit_SaysWhy()
    {
        using var start = PretrainedDecoder.Open(Checkpoint());
        using var plain = PretrainedDecoder.Open(Checkpoint(special: false));

        Assert.That(
            () => DecoderFineTuning.FineTune(plain, Chats(), new(), Options),
            Throws.ArgumentException.With.Message.Contains("expected a chat template")
                .And.Message.Contains("<|im_start|>"));
        Assert.That(
            () => DecoderFineTuning.FineTune(start, Chats(), new() { AdapterFolder = "x" }, Options),
            Throws.ArgumentException.With.Message.Contains("expected LoRA"));
        Assert.That(
            () => DecoderFineTuning.FineTune(start, Chats(), new() { Context = 65 }, Options),
            Throws.ArgumentException.With.Message.Contains("a context of 2 to 64"));
        Assert.That(
            () => DecoderFineTuning.FineTune(
                start, Chats(), new() { Lora = new() }, Options with { Precision = TrainingPrecision.Bf16 }),
            Throws.ArgumentException.With.Message.Contains("rounds the weights that stay"));
        Assert.That(
            () => DecoderFineTuning.FineTune(start, Chats(), new() { Context = 2 }, Options),
            Throws.ArgumentException.With.Message.Contains("answers within 2 tokens"));
    }

    [Test]
    public void FineTune_ConversationsLongerThanTheContext_AreCounted()
    {
        using var start = PretrainedDecoder.Open(Checkpoint());
        ChatMessage[] Of(string question) => [new("user", question), new("assistant", "odd")];
        var chats = new ChatCorpus([.. Chats().Conversations, Of(new string('x', 70)), Of(new string('y', 70))]);

        var trained = DecoderFineTuning.FineTune(
            start, chats, new() { Context = 48 }, Options with { Epochs = 1, ValidationFraction = 0 });

        Assert.That(trained.LeftOut, Is.EqualTo(2));
        Assert.That(trained.Cut, Is.Zero);
    }

    [Test]
    public void FineTune_ResumedWithOtherMatricesOrAnotherStart_IsRefused()
    {
        var (folder, other) = (Checkpoint(), Checkpoint(seed: 6));
        var checkpoint = Path.Combine(_folder.FullName, "lora.ckpt");
        var options = Options with { Epochs = 1, CheckpointPath = checkpoint };
        void Run(string from, LoraOptions lora, bool resume)
        {
            using var start = PretrainedDecoder.Open(from);
            DecoderFineTuning.FineTune(start, Chats(), new() { Lora = lora }, options with { Resume = resume });
        }

        Run(folder, AllLayers, resume: false);

        using (var file = SafeTensorsFile.Open(checkpoint))
        {
            var best = file.Entries.Select(static e => e.Name).Where(static n => n.StartsWith("best.")).ToList();
            Assert.That(best, Has.Count.EqualTo(2 * 2 * 7).And.All.Contains("adapters"), "two matrices a layer alone");
        }

        Assert.That(() => Run(folder, AllLayers, resume: true), Throws.Nothing);
        Assert.That(
            () => Run(folder, AllLayers with { Alpha = 9 }, resume: true),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("rank 4, scale 2.25"));
        Assert.That(
            () => Run(other, AllLayers, resume: true),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("a checkpoint of the same options"));
    }

    [Test]
    public void FineTune_FolderForAdaptersThatCannotBe_SaysSoBeforeTraining()
    {
        using var start = PretrainedDecoder.Open(Checkpoint());
        var file = Path.Combine(_folder.FullName, "a-file");
        File.WriteAllText(file, "");

        Assert.That(
            () => DecoderFineTuning.FineTune(
                start, Chats(), new() { Lora = AllLayers, AdapterFolder = file }, Options with { Epochs = 1_000_000 }),
            Throws.InstanceOf<IOException>().With.Message.Contains("a-file"));
    }

    [Test]
    public void ThrowIfTooLarge_WeightsOf2GiB_WantAFolder()
    {
        var large = new LanguageModelOptions { Vocabulary = 32_000, Width = 2048, Layers = 16, Heads = 32 };
        foreach (var architecture in LanguageModelOptions.Architectures)
        {
            var options = large with { Architecture = architecture };
            Assert.That(
                () => options.ThrowIfTooLarge("large.maas"),
                Throws.ArgumentException.With.Message.Contains("expected a folder"));
            Assert.That(() => options.ThrowIfTooLarge("large"), Throws.Nothing);
            Assert.That(() => (options with { Layers = 4 }).ThrowIfTooLarge("small.maas"), Throws.Nothing);
        }
    }

    private static ChatCorpus Chats() => new(
    [
        .. Enumerable.Range(0, 60).Select(static i => new ChatMessage[]
        {
            new("user", $"what of {i % 7}?"), new("assistant", i % 7 % 2 == 0 ? "even" : "odd"),
        }),
    ]);

    private string Checkpoint(bool special = true, int seed = 5)
    {
        var folder = _folder.CreateSubdirectory($"{Guid.NewGuid():N}").FullName;
        var tokenizer = BpeTrainer.Train(
            ["what of even odd the cat sat on the mat"],
            new() { VocabSize = 290, SpecialTokens = special ? Special : [] });
        tokenizer.Save(Path.Combine(folder, "tokenizer.json"));
        random.manual_seed(seed);
        using var model = new LlamaModel(new()
        {
            Vocabulary = tokenizer.VocabSize,
            Width = 32,
            Layers = 2,
            KeyValueHeads = 2,
            MaxLength = 64,
        });
        LlamaCheckpoint.Save(folder, model);
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": 0}""");
        return folder;
    }
}
