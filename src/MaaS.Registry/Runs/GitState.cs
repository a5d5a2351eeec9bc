using System.ComponentModel;
using System.Diagnostics;

namespace MaaS.Registry.Runs;

/// <summary>The commit that a run's source was at.</summary>
/// <param name="Commit">Its hash.</param>
/// <param name="Changed">Whether files differed from it.</param>
public sealed record GitState(string Commit, bool Changed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The state of the checkout that holds a folder; null where there is none, or no git.</summary>
    /// <param name="folder">An existing folder.</param>
    public static GitState? Of(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return Git(folder, "rev-parse", "HEAD") is { Length: > 0 } commit
            && Git(folder, "status", "--porcelain", "--untracked-files=no") is { } changes
            ? new GitState(commit, changes.Length > 0) : null;
    }

    /// <summary>The hash, with a word where files differ.</summary>
    public override string ToString() => Changed ? $"{Commit} with changes" : Commit;

    private static string? Git(string folder, params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", folder, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEndAsync();
            if (!git.WaitForExit(Patience))
            {
                git.Kill();
                return null;
            }

            return git.ExitCode == 0 ? output.Result.Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;   // No git on this machine.
        }
    }
}
