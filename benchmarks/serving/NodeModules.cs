using System.Diagnostics;

namespace MaaS.Benchmarks.Serving;

/// <summary>Installs what package-lock.json names, once; ONNX Runtime's CPU library is in its npm package.</summary>
internal static class NodeModules
{
    /// <summary>The folder that holds the Node server and its modules.</summary>
    public static string Prepare()
    {
        var folder = AppContext.BaseDirectory;
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            using var npm = Process.Start(
                new ProcessStartInfo(
                    "npm",
                    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel",
                     "error"]) { WorkingDirectory = folder })!;
            npm.WaitForExit();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm ci in {folder}: expected exit code 0, got {npm.ExitCode}.");
            }
        }

        return folder;
    }
}
