using System.Text.Json;
using MaaS.Core.Generation.Chat;
using MaaS.Training.Data.Text;

namespace MaaS.Samples.Chat;

/// <summary>A row of the table of films, as a text to read and as a conversation to learn from.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Facts">What the row says, by the names in <see cref="Topics"/>.</param>
internal sealed record Film(string Title, IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>What is answered where the sheet has no such line.</summary>
    public const string Unknown = "The sheet does not say.";

    /// <summary>What can be asked: a name, a column of the table, and questions.</summary>
    public static IReadOnlyList<(string Name, string Column, string[] Questions)> Topics { get; } =
    [
        ("year", "Release Date", ["When did it come out?", "How old is it?", "When was it shown first?"]),
        ("genre", "Major Genre", ["What kind of film is it?", "Is it a comedy?", "Of what sort is it?"]),
        ("rating", "MPAA Rating", ["How is it rated?", "May children see it?", "From which age is it?"]),
        ("length", "Running Time min", ["How long is it?", "How many minutes is it?", "When is it over?"]),
        ("studio", "Distributor", ["Who distributed it?", "Who is behind it?", "Which company brought it out?"]),
    ];

    /// <summary>Reads the films that have a title.</summary>
    /// <param name="path">A row a line, as JSON.</param>
    public static IEnumerable<Film> Read(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            using var json = JsonDocument.Parse(line);
            string Cell(string column) => json.RootElement.GetProperty(column).ToString();
            var facts = Topics.Select(t => (t.Name, Value: t.Name == "year" ? Cell(t.Column)[^4..] : Cell(t.Column)))
                .Where(f => f.Value.Length > 0).ToDictionary(f => f.Name, f => f.Value);
            if (Cell("Title") is { Length: > 0 } title)
            {
                yield return new Film(title, facts);
            }
        }
    }

    /// <summary>Some of what is known, in any order: a sentence of each.</summary>
    /// <param name="random">Draws which facts, and their order.</param>
    public IReadOnlyDictionary<string, string> Sheet(Random random)
    {
        var names = Facts.Keys.Where(_ => random.Next(6) > 0).ToArray();
        random.Shuffle(names);
        return names.ToDictionary(n => n, n => $"The {n} is {Facts[n]}.");
    }

    /// <summary>A text to read: a sheet, and the same in another order.</summary>
    public string Prose(Random random)
    {
        var sentences = Sheet(random).Values.ToArray();
        var sheet = string.Join(" ", [$"Film: {Title}.", .. sentences]);
        random.Shuffle(sentences);
        return string.Join(" ", [sheet + $"\nAgain, {Title}.", .. sentences]);
    }

    /// <summary>A conversation: the sheet with a question, its answer, and two further questions.</summary>
    public IReadOnlyList<ChatMessage> Conversation(Random random)
    {
        var sheet = Sheet(random);
        var topics = Topics.ToArray();
        random.Shuffle(topics);
        List<ChatMessage> messages = [];
        foreach (var topic in topics.Take(3))
        {
            var question = topic.Questions[random.Next(topic.Questions.Length)];
            messages.Add(new("user", messages.Count > 0
                ? question : string.Join(" ", [$"Film: {Title}.", .. sheet.Values, question])));
            messages.Add(new(ChatCorpus.Assistant, sheet.GetValueOrDefault(topic.Name, Unknown)));
        }

        return messages;
    }
}
