using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

public sealed class PretrainedTextTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("maas-pretrained-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Open_FolderOfAClassifier_TakesAllButItsHead()
    {
        TinyBert.Write(_folder, static config => new BertClassifier(config));
        using var start = PretrainedText.Open(_folder);
        Assert.That(start.Name, Is.EqualTo(Path.GetFileName(_folder)));
        Assert.That(start.Pooling, Is.EqualTo(Pooling.First));
        Assert.That(start.Report.Missing, Is.Empty);
        Assert.That(start.Report.Unexpected, Is.EquivalentTo(new[] { "classifier.weight", "classifier.bias" }));
        Assert.That(start.Report.Taken, Has.Count.EqualTo(start.Encoder.state_dict().Count));
        Assert.That(start.Tokenizer.Encode("the rose").Ids, Is.EqualTo(new[] { 2, 15, 7, 3 }));
    }

    [Test]
    public void Open_FileWithoutPooler_TakesTheMean()
    {
        TinyBert.Write(_folder, static config => new BertModel(config, withPooler: false));
        using var start = PretrainedText.Open(Path.Combine(_folder, "model.safetensors"));
        Assert.That(start.Name, Is.EqualTo("model"));
        Assert.That(start.Pooling, Is.EqualTo(Pooling.Mean));
        Assert.That(start.Report.IsComplete, start.Report.ToString());
        Assert.That(
            () => PretrainedText.Open(_folder, Pooling.First),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("got none for bert.pooler.dense.weight"));
    }

    [TestCase("""{"pooling_mode_mean_tokens": true}""")]
    [TestCase("""{"embedding_dimension": 16, "pooling_mode": "mean", "include_prompt": true}""")]
    public void Open_SentenceEncoder_LeavesThePoolerOver(string pooling)
    {
        TinyBert.Write(_folder, static config => new BertModel(config));
        Directory.CreateDirectory(Path.Combine(_folder, "1_Pooling"));
        File.WriteAllText(Path.Combine(_folder, "1_Pooling", "config.json"), pooling);
        using var start = PretrainedText.Open(_folder);
        Assert.That(start.Pooling, Is.EqualTo(Pooling.Mean));
        Assert.That(start.Report.Unexpected, Has.Count.EqualTo(2).And.All.Contains("pooler.dense."));
    }

    [Test]
    public void Open_OtherNetwork_NamesWhatIsMissing()
    {
        TinyBert.Write(_folder, static config => new BertModel(config));
        using var other = nn.Linear(100, 100);
        ModelWeights.Save(Path.Combine(_folder, "model.safetensors"), other);
        Assert.That(
            () => PretrainedText.Open(_folder),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("embeddings.word_embeddings.weight"));
    }

    [Test]
    public void Open_NoSuchName_SaysWhichThereAre()
        => Assert.That(
            static () => PretrainedText.Open("bert-huge"),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("minilm, resnet18"));
}
