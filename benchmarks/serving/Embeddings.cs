using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Tests;

namespace MaaS.Benchmarks.Serving;

/// <summary><c>/v1/embeddings</c> of all-MiniLM-L6-v2's real weights: MaaS, Flask and PyTorch, and a bare endpoint,
/// with the same sentences in the same order.</summary>
/// <param name="start">Starts a server: file, arguments, environment.</param>
/// <param name="maas">Starts this program as a server with these arguments.</param>
internal sealed partial class Embeddings(
    Func<string, string[], (string Name, string Value), Server> start, Func<string[], Server> maas)
{
    private const string Maas = "MaaS", Bare = "bare", Flask = "Flask + PyTorch";
    private const int Texts = 64, TextsOfRequest = 16;

    // Rounding of another order of sums in float32.
    private const double Tolerance = 1e-5;

    /// <summary>Compares vectors first, and then prints throughput.</summary>
    /// <param name="folder">For files of this run.</param>
    /// <param name="rounds">Rounds.</param>
    /// <param name="seconds">Of each.</param>
    /// <param name="summary">Gets the ratios.</param>
    /// <exception cref="InvalidDataException">Two servers give different vectors.</exception>
    public async Task CompareAsync(string folder, int rounds, int seconds, Summary summary)
    {
        var weights = DataOf("minilm");
        var package = Path.Combine(folder, "minilm.maas");
        await MiniLm.ImportAsync(weights, Path.Combine(folder, "minilm"), package);
        var texts = Sentences(Path.Combine(DataOf("moby-dick"), "moby-dick.txt"));
        var (one, many) = (Path.Combine(folder, "one.jsonl"), Path.Combine(folder, "many.jsonl"));
        await File.WriteAllLinesAsync(one, texts.Select(static t => Body(t)));
        await File.WriteAllLinesAsync(many, texts.Chunk(TextsOfRequest).Select(static t => Body(t)));
        await File.WriteAllTextAsync(Path.Combine(folder, "all.json"), Body(texts));
        (string Name, Server Server)[] servers =
        [
            (Maas, maas(["maas", package, "{port}", "{grpc}"])),
            (Bare, maas(["bare-embeddings", package, "{port}"])),
            (Flask, start(
                "/usr/bin/python3",
                ["-m", "gunicorn", "--workers", "2", "--bind", "127.0.0.1:{port}", "--log-level", "error",
                 "--timeout", "300", "flask_embeddings:app"],
                ("MODEL", weights))),
        ];
        Console.WriteLine(
            $"{Texts} sentences of 3 to 40 words; load average before: {File.ReadAllText("/proc/loadavg").Trim()}");
        Console.WriteLine($"Flask's products of matrices: {Blas()}");
        await CheckAsync([.. Targets(servers, Path.Combine(folder, "all.json"))]);
        foreach (var (title, file) in new[]
        {
            ("one text a request", one), ($"{TextsOfRequest} texts a request", many),
        })
        {
            var table = new Table(
                $"Embeddings, {title}", [.. Targets(servers, file).Select(static t => t with { IsLines = true })],
                rounds, seconds);
            table.WarmUp();
            foreach (var connections in new[] { 1, 8 })
            {
                table.Measure(connections);
                table.Print(connections);
                table.Compare(summary, connections, Maas, Flask);
                table.Compare(summary, connections, Maas, Bare);
            }
        }

        Console.WriteLine($"load average after: {File.ReadAllText("/proc/loadavg").Trim()}");
    }

    private static IEnumerable<Target> Targets((string Name, Server Server)[] servers, string body)
        => servers.Select(
            s => new Target(s.Name, s.Server, "/v1/embeddings", body, "Content-Type:application/json"));

    /// <summary>All must give the same vectors, or speed says nothing.</summary>
    private static async Task CheckAsync(Target[] targets)
    {
        float[][]? expected = null;
        foreach (var target in targets)
        {
            using var answer = JsonDocument.Parse(await target.Server.AnswerAsync(target));
            float[][] vectors =
            [
                .. answer.RootElement.GetProperty("data").EnumerateArray().Select(
                    static d => d.GetProperty("embedding").EnumerateArray().Select(static v => v.GetSingle())
                        .ToArray()),
            ];
            expected ??= vectors;
            var worst = vectors.Length != Texts ? double.PositiveInfinity
                : vectors.Zip(expected).Max(static p => Difference(p.First, p.Second));
            if (worst > Tolerance)
            {
                throw new InvalidDataException(
                    $"{target.Name}: expected the {Texts} vectors of {targets[0].Name} to {Tolerance}, got "
                        + $"{vectors.Length} that differ by {worst}");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{target.Name}: vectors differ from those of {targets[0].Name} by at most {worst:0.0e0}"));
        }
    }

    /// <summary>The largest difference of two vectors; infinite where their lengths differ or a number is
    /// none.</summary>
    private static double Difference(float[] vector, float[] expected)
        => vector.Length == 0 || vector.Length != expected.Length ? double.PositiveInfinity
            : vector.Zip(expected, static (a, b) => Math.Abs((double)a - b))
                .Max(static d => double.IsNaN(d) ? double.PositiveInfinity : d);

    /// <summary>Sentences from all over the book, in its order.</summary>
    private static string[] Sentences(string book)
    {
        string[] all =
        [
            .. SentenceEnd().Split(Whitespace().Replace(File.ReadAllText(book), " "))
                .Where(static s => Ascii.IsValid(s) && s.Count(static c => c == ' ') is >= 2 and < 40),
        ];
        return [.. Enumerable.Range(0, Texts).Select(i => all[i * (all.Length / Texts)])];
    }

    private static string Body(object input)
        => JsonSerializer.Serialize(new { model = "minilm", input, encoding_format = "float" });

    /// <summary>What Debian's PyTorch multiplies matrices with: its reference BLAS is many times slower than
    /// OpenBLAS, and no opponent.</summary>
    private static string Blas()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3",
            ["-c", "import torch; print(next(l.split()[-1] for l in open('/proc/self/maps') if '/libblas' in l))"])
        {
            RedirectStandardOutput = true,
        })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    private static string DataOf(string name)
    {
        var root = Environment.GetEnvironmentVariable("MAAS_DATA") ?? Path.Combine("artifacts", "data");
        var folder = Path.GetFullPath(Path.Combine(root, name));
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException(
            $"expected {folder}, found none; run `./maas setup`, or set MAAS_DATA");
    }

    [GeneratedRegex(@"(?<=[.!?]) ")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
