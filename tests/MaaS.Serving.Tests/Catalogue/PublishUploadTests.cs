using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>How the bytes of a package come to the server, and where they lie.</summary>
public sealed class PublishUploadTests : PublishServer
{
    private const string Multipart = "multipart/form-data; boundary=x";

    // What curl --data-binary says, another one, and none.
    [TestCase("application/x-www-form-urlencoded"), TestCase("application/octet-stream"), TestCase(null)]
    public async Task Publish_BytesOfAPackage_AreTakenUnderAnyType(string? type)
    {
        var package = await MakeAsync();
        var (status, text, _) = await SendAsync($"{Api}?notes=more+data", package, type: type);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), text);
        Assert.That((await Server.Store.HistoryAsync("fresh"))[0].Reason, Is.EqualTo("more data"));
    }

    [TestCase("", 2, "got 'package'")]
    [TestCase("no file", 1, "expected a .maas file with its name")]
    public async Task Publish_FieldsOfNoFile_AreTakenOnceAndEmpty(string content, int count, string expected)
    {
        var field = $"--x\r\nContent-Disposition: form-data; name=\"package\"\r\n\r\n{content}\r\n";
        var form = string.Concat(Enumerable.Repeat(field, count)) + "--x--\r\n";
        var (status, text, _) = await SendAsync(Form, Encoding.UTF8.GetBytes(form), type: Multipart);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(text, Does.Contain(expected));
        await NothingIsThereAsync();
    }

    [TestCase(true), TestCase(false)]
    public async Task Publish_PackedBodyThatIsTooLargeOnceItIsUnpacked_IsRefused(bool form)
    {
        const string Head = "--x\r\nContent-Disposition: form-data; name=\"package\"; filename=\"a\"\r\n\r\n";
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(form ? Encoding.UTF8.GetBytes(Head) : default);
            await gzip.WriteAsync(new byte[200_001]);
            await gzip.WriteAsync(form ? Encoding.UTF8.GetBytes("\r\n--x--\r\n") : default);
        }

        using var body = new ByteArrayContent(packed.ToArray());
        body.Headers.ContentEncoding.Add("gzip");
        body.Headers.ContentType = form ? MediaTypeHeaderValue.Parse(Multipart) : null;
        var (status, text, _) = await Server.AskAsync("POST", form ? Form : Api, "publisher", body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge), text);
        await NothingIsThereAsync();
    }

    [Test]
    public async Task Publish_FoldersOfProcessesThatWereKilled_AreDeleted()
    {
        var (left, used, other) = (Upload("left"), Upload("used"), Folder["uploads/others"]);
        Directory.CreateDirectory(other);
        using (new FileStream(Path.Combine(used, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.That((await SendAsync(Api, await MakeAsync())).Status, Is.EqualTo(HttpStatusCode.Created));

            Assert.That(
                Directory.EnumerateFileSystemEntries(Folder["uploads"]), Is.EquivalentTo(new[] { used, other }), left);
            Assert.That(File.Exists(Path.Combine(used, "package.maas")));
        }

        Assert.That((await SendAsync(Api, await MakeAsync())).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(Directory.EnumerateFileSystemEntries(Folder["uploads"]), Is.EqualTo(new[] { other }));
    }

    // As an upload under way has it.
    private string Upload(string name)
    {
        var folder = Folder[$"uploads/maas-publish-{name}"];
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllBytes(Path.Combine(folder, "package.maas"), [1, 2, 3]);
        File.WriteAllBytes(Path.Combine(folder, "lock"), [0]);
        return folder;
    }
}
