//! Templates to pages: `templates/desk/*.hbs`, strict, all loaded at start; everything printed is escaped.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};
use include_dir::{Dir, include_dir};
use serde_json::Value;

use super::seat::Seat;
use super::words::Words;
use super::{Desk, assets, frame};
use crate::facts::Language;

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/desk");

/// The compiled templates.
#[derive(Debug)]
pub struct Pages {
    engine: Handlebars<'static>,
}

impl Pages {
    /// Loads the templates that the program was built with.
    ///
    /// # Errors
    /// When one of them is faulty; the text says which and where.
    pub fn built_in(words: Arc<Words>) -> Result<Self, String> {
        let mut engine = Handlebars::new();
        for file in TEMPLATES.files().filter(|f| f.path().extension().is_some_and(|e| e == "hbs")) {
            let name = file.path().file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            engine.register_template_string(&name, file.contents_utf8().unwrap_or_default()).map_err(|e| format!("{name}.hbs: {e}"))?;
        }
        let say =
            move |h: &Helper<'_>, _: &Handlebars<'_>, ctx: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output| -> HelperResult {
                let key = h.param(0).and_then(|p| p.value().as_str()).unwrap_or_default();
                let language = ctx.data().get("lang").and_then(Value::as_str).and_then(Language::from_code).unwrap_or(Language::En);
                let values: Vec<(&str, String)> = h.hash().iter().map(|(name, value)| (*name, plain(value.value()))).collect();
                let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                out.write(&handlebars::html_escape(&words.say(language, key, &values)))?;
                Ok(())
            };
        engine.register_helper("w", Box::new(say));
        let asset =
            |h: &Helper<'_>, _: &Handlebars<'_>, _: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output| -> HelperResult {
                let name = h.param(0).and_then(|p| p.value().as_str()).unwrap_or_default();
                out.write(assets::all().iter().find(|a| a.name == name).map_or("", |a| a.path.as_str()))?;
                Ok(())
            };
        engine.register_helper("asset", Box::new(asset));
        Ok(Self { engine })
    }

    /// A template without the frame: a part of a page, or a page that stands alone.
    pub fn bare(&self, language: Language, name: &str, view: Value) -> Response {
        self.rendered(StatusCode::OK, language, name, view)
    }

    /// As [`Pages::bare`], with another status than 200.
    pub fn rendered(&self, status: StatusCode, language: Language, name: &str, mut view: Value) -> Response {
        if let Some(view) = view.as_object_mut() {
            view.insert("lang".into(), language.code().into());
        }
        match self.engine.render(name, &view) {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                // A template's fault names the template, its line and a variable; values are not in it.
                tracing::error!("the desk cannot show a page: {name}: {}", error.reason());
                (StatusCode::INTERNAL_SERVER_ERROR, "The desk cannot show this page; the operator's log says why.").into_response()
            }
        }
    }

    /// A page in the frame: top bar, what is wrong at the moment, replies that are leaving.
    pub async fn page(&self, desk: &Desk, seat: &Seat, name: &str, view: Value) -> Response {
        self.page_as(StatusCode::OK, desk, seat, name, view).await
    }

    /// As [`Pages::page`], with another status than 200.
    pub async fn page_as(&self, status: StatusCode, desk: &Desk, seat: &Seat, name: &str, mut view: Value) -> Response {
        let frame = match frame::of(desk, seat, name).await {
            Ok(frame) => frame,
            Err(error) => return desk.broken(&error),
        };
        if let Some(view) = view.as_object_mut() {
            view.insert("frame".into(), frame);
            view.insert("csrf".into(), seat.csrf.clone().into());
            view.insert("fragment".into(), seat.only_main.into());
        }
        self.rendered(status, seat.language, name, view)
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_loads_and_says_only_words_that_there_are() {
        let words = Arc::new(Words::built_in().unwrap());
        Pages::built_in(Arc::clone(&words)).unwrap();
        let mut unknown = Vec::new();
        for file in TEMPLATES.files().filter(|f| f.path().extension().is_some_and(|e| e == "hbs")) {
            let text = file.contents_utf8().unwrap();
            assert!(!text.contains("{{{") && !text.contains("{{&"), "{}: prints something unescaped", file.path().display());
            assert!(!text.contains("style=") && !text.contains("<script>"), "{}: inline style or script", file.path().display());
            let keys = text.split("{{w \"").chain(text.split("(w \"")).skip(1).filter_map(|rest| rest.split_once('"'));
            unknown.extend(
                keys.map(|(key, _)| key)
                    .filter(|k| k.contains('.') && !k.contains(' ') && !words.has(k))
                    .map(|k| format!("{}: {k}", file.path().display())),
            );
        }
        assert!(unknown.is_empty(), "{unknown:#?}");
    }
}
