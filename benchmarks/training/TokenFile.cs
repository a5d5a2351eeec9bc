using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Text.Cleaning;
using MaaS.Text.Training;
using MaaS.Training.Data.Text;
using MaaS.Training.Pipelines;

namespace MaaS.Benchmarks.Training;

/// <summary>Mails as token ids, so that every side learns from the same numbers.</summary>
/// <param name="Vocabulary">Number of tokens.</param>
/// <param name="Padding">Id of padding.</param>
/// <param name="Classes">Class names by index.</param>
/// <param name="TrainIds">Ids of each mail to learn from, at most 256.</param>
/// <param name="TrainLabels">Their classes.</param>
/// <param name="TestIds">Ids of each held-back mail.</param>
/// <param name="TestLabels">Their classes.</param>
internal sealed record TokenFile(
    int Vocabulary, int Padding, string[] Classes, int[][] TrainIds, int[] TrainLabels, int[][] TestIds,
    int[] TestLabels)
{
    // 63 steps of 32 mails are enough to time, and the whole benchmark stays short.
    private const int TrainingMails = 2000;

    /// <summary>Cleans the mails, learns the vocabulary and writes the ids.</summary>
    public static void Write(string path, string corpus)
    {
        var mails = TextCorpus.Clean(SpamAssassin.Read(corpus), new TextCleaner(SpamAssassin.Cleaning));
        var (train, test) = mails.Split(0.2, seed: 0);
        train = train.Subset(
            [.. Enumerable.Range(0, TrainingMails).Select(i => (int)((long)i * train.Count / TrainingMails))]);
        var tokenizer = WordPieceTrainer.Train(
            train.Texts, new WordPieceTrainingOptions { VocabSize = SpamAssassinRecipe.Model.VocabularySize });
        var encoder = new TextEncoder(SpamAssassinRecipe.Model.Preprocessing, tokenizer).Truncating();
        int[][] Encode(TextCorpus texts) => [.. texts.Texts.AsParallel().AsOrdered().Select(encoder.EncodeClean)];
        var file = new TokenFile(
            tokenizer.VocabSize, encoder.PaddingId, [.. train.Classes], Encode(train), [.. train.Targets], Encode(test),
            [.. test.Targets]);
        File.WriteAllText(path, JsonSerializer.Serialize(file));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static TokenFile Read(string path) => JsonSerializer.Deserialize<TokenFile>(File.ReadAllText(path))!;
}
