// Search by meaning over real mails, beside TF-IDF.
// Run: dotnet run -c Release --project samples/SemanticSearch [question]
using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Text.Cleaning;
using MaaS.Text.Terms;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;

// Import: the real weights of a sentence encoder, which ./maas setup brings, as a package; a server answers
// /v1/embeddings with it.
const string Package = "minilm.maas";
await ModelImport.FromHuggingFaceAsync(
    PretrainedWeights.Find(PretrainedWeights.MiniLm), Package,
    new ImportOptions { Name = "minilm", Pooling = EmbeddingPooling.Mean, Overwrite = true });
using var encoder = await SentenceEncoder.OpenAsync(Package);

// Data: bodies of mails to be found by their subjects, which are taken out of them. A subject that two mails have is no
// question.
var cleaner = new TextCleaner(["html", "unicode", "whitespace"]);
var mails = SpamAssassin.Read().Where(static m => m.Label == "ham")
    .Select(m => (Subject: SubjectOf(m.Text), Body: cleaner.Clean(BodyOf(m.Text))))
    .Where(static m => m is { Subject.Length: > 10, Body.Length: > 200 })
    .GroupBy(static m => m.Subject, StringComparer.OrdinalIgnoreCase).Where(static g => g.Count() == 1)
    .Select(static g => g.Single()).Take(1000)
    .Select(static m => m with { Body = m.Body.Replace(m.Subject, " ", StringComparison.OrdinalIgnoreCase) }).ToList();
string[] subjects = [.. mails.Select(static m => m.Subject)], bodies = [.. mails.Select(static m => m.Body)];

// Index: a vector for each body, and the terms of all of them.
var vectors = encoder.Embed(bodies);
var terms = TfIdf.Fit(bodies, new TfIdfOptions());
var columns = bodies.Select(b => terms.Transform(b).ToDictionary(static t => t.Column, static t => t.Value)).ToList();

// Search: every subject, and where its own mail comes among all.
var questions = encoder.Embed(subjects);
var byMeaning = subjects.Select(
    (_, i) => RankOf(i, vectors.Select(v => (double)TensorPrimitives.Dot<float>(questions[i], v))));
var byTerms = subjects.Select((s, i) => RankOf(i, ScoresByTerms(s)));
Console.WriteLine($"{bodies.Length} mails, each searched by its subject");
foreach (var (name, ranks) in new[] { ("MiniLM", byMeaning.ToList()), ("TF-IDF", byTerms.ToList()) })
{
    Console.WriteLine(
        $"  {name}  recall@1 {ranks.Count(static r => r < 1) / (double)ranks.Count:F3}  "
        + $"recall@10 {ranks.Count(static r => r < 10) / (double)ranks.Count:F3}");
}

// A question of one's own.
var question = args.Length > 0 ? string.Join(' ', args) : "my computer makes no sound";
var asked = encoder.Embed([question])[0];
Console.WriteLine($"{question}:");
foreach (var (mail, score) in mails.Zip(vectors.Select(v => TensorPrimitives.Dot<float>(asked, v)))
    .OrderByDescending(static m => m.Second).Take(3))
{
    Console.WriteLine($"  {score:F3}  {mail.Subject}");
}

IEnumerable<double> ScoresByTerms(string text)
{
    var asked = terms.Transform(text);
    return columns.Select(c => asked.Sum(t => t.Value * c.GetValueOrDefault(t.Column)));
}

// Mails with the same score count as coming before.
static int RankOf(int own, IEnumerable<double> scores)
{
    double[] all = [.. scores];
    return all.Where((score, i) => i != own && score >= all[own]).Count();
}

// Without what answering and forwarding, and a mailing list, put before it.
static string SubjectOf(string mail)
{
    var subject = Regex.Match(mail, "^Subject: (.*)$", RegexOptions.Multiline).Groups[1].Value;
    return Regex.Replace(subject, @"\A(\s*(re|fwd?):|\s*\[[^\]]*\])+", "", RegexOptions.IgnoreCase).Trim();
}

static string BodyOf(string mail) => mail[(mail.IndexOf("\n\n", StringComparison.Ordinal) + 1)..];
