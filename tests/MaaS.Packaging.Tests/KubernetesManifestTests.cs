using System.Reflection;
using k8s;
using k8s.Models;

namespace MaaS.Packaging.Tests;

/// <summary>The manifests of deploy/kubernetes are what Kubernetes' own types read.</summary>
internal sealed class KubernetesManifestTests
{
    private static readonly string Folder = Path.Combine(
        typeof(KubernetesManifestTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static a => a.Key == "RepoRoot").Value!, "deploy", "kubernetes");

    // Of kustomize and of Kubeflow's operator, which that library does not know.
    private static readonly string[] OfOthers = ["kustomization.yaml", "mpijob.yaml"];

    private static IEnumerable<string> Manifests()
        => Directory.EnumerateFiles(Folder, "*.yaml").Select(static f => Path.GetFileName(f)!).Except(OfOthers).Order();

    [TestCaseSource(nameof(Manifests))]
    public void Manifest_ReadStrictly_HasKnownFieldsAlone(string file)
    {
        var objects = KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Folder, file)), strict: true);

        Assert.That(objects, Is.Not.Empty);
        foreach (var manifest in objects.OfType<IKubernetesObject<V1ObjectMeta>>())
        {
            Assert.That(manifest.Metadata.Name, Does.StartWith("maas"));
        }
    }

    [Test]
    public void Manifest_WithAFieldThatDoesNotExist_IsRefused()
    {
        var text = File.ReadAllText(Path.Combine(Folder, "service.yaml"));
        Assert.That(
            () => KubernetesYaml.LoadAllFromString(
                text.Replace("targetPort:", "targetPorts:", StringComparison.Ordinal), strict: true),
            Throws.Exception);
    }

    [Test]
    public void Gateway_SelectsTheServersOfTheDeployment()
    {
        V1Service servers = Read("gateway.yaml").OfType<V1Service>().Single(static s => s.Spec.ClusterIP == "None");
        var deployment = Read("deployment.yaml").OfType<V1Deployment>().Single();
        Assert.That(servers.Spec.Selector, Is.SubsetOf(deployment.Spec.Template.Metadata.Labels));
        Assert.That(
            Read("autoscaler.yaml").OfType<V2HorizontalPodAutoscaler>().Single().Spec.ScaleTargetRef.Name,
            Is.EqualTo(deployment.Metadata.Name));
    }

    [Test]
    public void Gateway_AnswersToTheNamesOfItsService()
    {
        var gateway = Read("gateway.yaml");
        var service = gateway.OfType<V1Service>().Single(static s => s.Spec.ClusterIP != "None").Metadata.Name;
        var container = gateway.OfType<V1Deployment>().Single().Spec.Template.Spec.Containers.Single();
        Assert.That(
            container.Args,
            Is.SupersetOf(new[] { "", ".maas", ".maas.svc", ".maas.svc.cluster.local" }.Select(
                e => $"--allowed-host={service}{e}")));
    }

    private static List<object> Read(string file)
        => KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Folder, file)), strict: true);
}
