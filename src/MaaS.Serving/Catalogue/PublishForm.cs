using MaaS.Core.Packages;
using MaaS.Serving.Security;

namespace MaaS.Serving.Catalogue;

/// <summary>The form by which an account publishes a package.</summary>
internal static class PublishForm
{
    /// <summary>The form; nothing for callers who may not publish.</summary>
    /// <param name="caller">Who looks at the page.</param>
    /// <param name="limits">Of packages.</param>
    public static Html Of(Caller caller, PublishingOptions limits)
        => caller.Name.Length == 0 || !caller.Has(ServingScope.Publish) ? Html.None : Html.Of(
            $"""
            <details class="card publish" id="publish">
              <summary>Publish a model</summary>
              <form method="post" action="catalogue/publish" enctype="multipart/form-data" class="stack">
                <label for="publish-package">Package (.maas, at most
                  {CataloguePage.Bytes(limits.MaxPackageBytes)})</label>
                <input id="publish-package" name="package" type="file" accept=".maas" required>
                <label for="publish-name">Name (the package's own without one)</label>
                <input id="publish-name" name="name" maxlength="128" autocomplete="off" spellcheck="false"
                  pattern="[A-Za-z0-9_\-][A-Za-z0-9._\-]*" title="{ModelNames.Rule}">
                <label for="publish-notes">Notes: what is new, and why</label>
                <textarea id="publish-notes" name="notes" rows="3" maxlength="1000"></textarea>
                <p class="muted small">It becomes the next version of its model. Others see it once somebody who
                  administers this registry has promoted it.</p>
                <button type="submit">Publish</button>
              </form>
            </details>
            """);
}
