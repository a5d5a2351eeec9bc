using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace MaaS.Training.Startup;

/// <summary>
/// Measures every setting of oneDNN, each in a process of its own, and keeps what was found for later processes.
/// </summary>
public static class OperatorSurvey
{
    // A slower limit is taken before a faster one only if it measures clearly faster: by so much.
    private const double ClearlyFaster = 1.25;

    private const int Repetitions = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly JsonSerializerOptions Json =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>The settings of this processor, the fastest first.</summary>
    public static IReadOnlyList<string> Settings => OneDnnLadder.Settings;

    /// <summary>Measures all settings.</summary>
    /// <param name="start">
    /// How to start a process that writes <see cref="MeasureHere"/> of its argument to standard output, and nothing
    /// else.
    /// Its environment is set here.
    /// </param>
    /// <param name="cancellationToken">Ends the process that runs.</param>
    /// <returns>A result for each of <see cref="Settings"/>, and the setting that later processes take.</returns>
    public static Task<(IReadOnlyList<SettingResult> Results, string Chosen)> RunAsync(
        Func<string, ProcessStartInfo> start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        return RunAsync(start, Settings, VerdictFile.OfThisMachine, cancellationToken);
    }

    internal static async Task<(IReadOnlyList<SettingResult> Results, string Chosen)> RunAsync(
        Func<string, ProcessStartInfo> start, IReadOnlyList<string> settings, VerdictFile file,
        CancellationToken cancellationToken)
    {
        List<SettingResult> results = [];
        foreach (var setting in settings)
        {
            results.Add(await MeasureAsync(setting, start(setting), cancellationToken));
        }

        var chosen = Choose(results);
        _ = file.Update(_ => Verdicts(results, chosen));
        return (results, chosen);
    }

    /// <summary>Measures the setting under which this process runs.</summary>
    /// <param name="setting">Its name; OFF takes oneDNN out of this process.</param>
    /// <param name="draws">How often each operator is measured, with other inputs.</param>
    /// <returns>A <see cref="SettingResult"/> as one line of JSON.</returns>
    public static string MeasureHere(string setting, int draws = 10)
    {
        if (setting == OneDnnLadder.Off)
        {
            LibTorchLibrary.UsesOneDnn = false;
        }

        var errors = OperatorCheck.Run(OperatorCases.All, stopAtWrong: false, draws);
        return JsonSerializer.Serialize(new SettingResult(setting, errors, StepMilliseconds(), null), Json);
    }

    /// <summary>The fastest setting that is right; the last where none is.</summary>
    internal static string Choose(IReadOnlyList<SettingResult> results)
    {
        SettingResult? chosen = null;
        foreach (var result in results.Where(static r => r.IsRight))
        {
            if (chosen is null || result.StepMilliseconds * ClearlyFaster < chosen.StepMilliseconds)
            {
                chosen = result;
            }
        }

        return chosen?.Setting ?? OneDnnLadder.Off;
    }

    private static OneDnnVerdicts Verdicts(List<SettingResult> results, string chosen) => OneDnnVerdicts.None with
    {
        Right = [.. results.Where(static r => r.IsRight).Select(static r => r.Setting)],
        Wrong = OneDnnVerdicts.None.Wrong.AddRange(
            results.Where(static r => !r.IsRight && r.Setting != OneDnnLadder.Off)
                .Select(static r => KeyValuePair.Create(r.Setting, r.Failure ?? $"{r.Worst}"))),
        Fastest = chosen,
    };

    private static async Task<SettingResult> MeasureAsync(
        string setting, ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment[OneDnnLadder.Variable] = setting == OneDnnLadder.Off ? OneDnnLadder.Default : setting;
        start.Environment.Remove(ProcessSettings.OneDnnSwitch);
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{start.FileName}: expected a process, got none.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return Read(setting, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SettingResult(setting, [], null, $"no answer within {Patience.TotalMinutes:0} minutes");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static SettingResult Read(string setting, int code, string output, string error)
    {
        try
        {
            if (code == 0 && JsonSerializer.Deserialize<SettingResult>(output, Json) is { } result)
            {
                return result;
            }
        }
        catch (JsonException e)
        {
            error = e.Message;
        }

        var last = error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("nothing on standard error");
        return new SettingResult(setting, [], null, $"the process ended with exit code {code}: {last.Trim()}");
    }

    // The least of several: what else the machine does adds to the others.
    private static double StepMilliseconds()
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            return Enumerable.Range(0, Repetitions).Min(static _ => Step());
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static double Step()
    {
        using var scope = NewDisposeScope();
        var rows = ones([32, 28, 28, 16], device: CPU, dtype: ScalarType.Float32);   // (B, H, W, C)
        var x = rows.permute(0, 3, 1, 2).requires_grad_();                           // (B, C, H, W), channels-last
        var w = full([16, 16, 3, 3], 0.1f, device: CPU, dtype: ScalarType.Float32).requires_grad_();
        var start = Stopwatch.GetTimestamp();
        using var y = nn.functional.conv2d(x, w, padding: [1, 1]);
        _ = autograd.grad([y], [x, w], [ones_like(y)]);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
