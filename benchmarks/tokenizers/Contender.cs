using System.Diagnostics;
using System.Text.Json;

namespace MaaS.Benchmarks.Tokenizers;

/// <summary>Another library, run in a process of its own on one thread.</summary>
internal static class Contender
{
    /// <summary>Encodes the texts again and again for so many seconds.</summary>
    /// <param name="library"><c>native</c> for the npm package tokenizers, <c>javascript</c> for
    /// @huggingface/tokenizers.</param>
    /// <param name="modules">A folder in which both are installed.</param>
    public static Measurement Run(string library, string modules, string tokenizer, string texts, double seconds)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "--max-old-space-size=8000", Path.Combine(AppContext.BaseDirectory, "contender.mjs"), library, modules,
            tokenizer, texts, seconds.ToString(),
        })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["RAYON_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Measurement>(output, JsonSerializerOptions.Web)!
            : throw new InvalidOperationException(
                $"node: exit code {process.ExitCode}; install tokenizers and @huggingface/tokenizers in {modules}");
    }
}
